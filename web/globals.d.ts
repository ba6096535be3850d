// What browsers have and TypeScript's DOM does not know yet.
interface DataTransferItem {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>
}
interface TrustedTypePolicy {
  createScriptURL(url: string): string
}
declare var trustedTypes:
  | { createPolicy(name: string, rules: { createScriptURL(url: string): string }): TrustedTypePolicy }
  | undefined
