/** What a Sigstore bundle says it signs, for the page to show: nothing of it is believed. */

const omsPrefix = 'https://model_signing/'

/** @param {Uint8Array} bytes @returns {{ isModel: boolean, subject?: string, files?: number }} */
export function statementOf(bytes) {
  /** @type {any} */
  let statement
  try {
    const bundle = JSON.parse(new TextDecoder().decode(bytes))
    if (bundle.messageSignature) return { isModel: false }
    const payload = Uint8Array.from(atob(bundle.dsseEnvelope.payload), character => character.charCodeAt(0))
    statement = JSON.parse(new TextDecoder().decode(payload))
  } catch {
    throw new Error('this is no Sigstore bundle: take the file that the signing tool wrote, unchanged')
  }
  const { subject, predicateType, predicate } = statement ?? {}
  const name = subject?.[0]?.name
  return {
    isModel: String(predicateType).startsWith(omsPrefix),
    subject: typeof name === 'string' ? name : undefined,
    files: Array.isArray(predicate?.resources) ? predicate.resources.length : undefined,
  }
}
