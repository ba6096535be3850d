// What the tests use of ajv, which the lint does not install.
declare module 'ajv/dist/2020.js' {
  interface Validator {
    (document: unknown): boolean
    errors?: object[] | null
  }
  export class Ajv2020 {
    constructor(options: { strict: boolean; strictTypes: boolean; strictRequired: boolean })
    compile(schema: object): Validator
    errorsText(errors?: object[] | null): string
  }
}
