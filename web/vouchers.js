/** Signatures and keys: each is shown as soon as it is here, and what is still missing is said. */

import { byId, make, show } from './dom.js'
import { state } from './session.js'
import { plainText, untrusted } from './text.js'
import { voucherTexts } from './texts.js'

/**
 * @typedef {import('./session.js').Voucher} Voucher
 * @typedef {import('./session.js').VoucherKind} VoucherKind
 */

/**
 * What has to come before signatures can be judged.
 * @returns {'' | keyof typeof voucherTexts.missing}
 */
export function missing() {
  const { evidence, vouchers } = state
  const { signature, model, key } = vouchers
  if (evidence?.kind === 'checkpoint') return '' // nothing that is signed takes part
  if (!key) return signature || model ? 'key' : ''
  if (signature) return evidence?.kind === 'lockfile' ? '' : 'lockfile'
  if (model) return ''
  return evidence?.kind === 'lockfile' ? 'lockfileSignature' : 'signature'
}

/** What a Worker gets of them. @returns {import('./engine.js').SentVoucher[]} */
export function plainVouchers() {
  return listed().map(({ kind, file, inside, liesAt }) => ({ kind, file, inside: inside ?? liesAt }))
}

/** The key below what it signed. @returns {Voucher[]} */
export const listed = () =>
  /** @type {const} */ (['signature', 'model', 'key']).flatMap(kind => state.vouchers[kind] ?? [])

let shown = ''

/** Shows them below the evidence; what is shown already stays, so that it is announced once. */
export function showVouchers() {
  const place = byId('vouchers')
  const told = JSON.stringify(listed().map(({ file, ...rest }) => [file?.name, rest]))
  if (told !== shown) place.replaceChildren(...listed().map(row))
  shown = told
  show(place, listed().length > 0)
}

/** @param {Voucher} voucher */
function row({ kind, file, inside, told }) {
  const name = inside ?? file?.name ?? ''
  const { problem, refusal, id } = told ?? {}
  const remove = make('button', { type: 'button', class: 'quiet', 'data-kind': kind }, voucherTexts.remove)
  remove.append(make('span', { class: 'hidden-text' }, ` ${voucherTexts.the[kind]}`))
  const rows = [make('p', { class: 'facts' }, voucherTexts.kinds[kind]), make('p', { class: 'name' }, untrusted(name))]
  const why = problem ?? refusal
  if (why) rows.push(make('p', { class: 'caution', role: 'alert' }, plainText(voucherTexts.notGood(why), 600)))
  else if (!told) rows.push(make('p', { class: 'facts' }, voucherTexts.reading))
  else if (kind !== 'key') rows.push(make('p', { class: 'facts', role: 'status' }, ...factsOf(told)))
  if (id) rows.push(make('p', { class: 'facts digest' }, voucherTexts.keyHash(id)))
  return make('li', {}, ...rows, remove)
}

/** @param {import('./session.js').Told} told */
function factsOf({ signedBy, subject, files }) {
  const what = files === undefined ? untrusted(subject ?? '…', 80) : voucherTexts.files(files)
  return [voucherTexts.over, what, voucherTexts.checked[signedBy ? 'good' : 'not']]
}
