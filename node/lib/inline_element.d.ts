/** `<leafsum-verify>`, for whatever page shows a checkpoint: `import 'leafsum/inline/element'`. */
import type { Progress, Report } from './index.js'

/**
 * The element. It asks nothing of any server before its button is pressed, or `verify` is called. Attributes: `src`,
 * the address of the checkpoint's directory or archive (https, hf, gs, s3); `lock`, that of a lockfile; `fingerprint`;
 * `step`. It says where it stands as `state`: `idle`, `running`, `error` or the verdict.
 *
 * Slots: `label` and `cancel`, the words of its buttons; the default one stands below the answer. Parts: `box`,
 * `button`, `running`, `progress`, `done`, `cancel`, `status`, `sign`, `verdict`, `headline`, `findings`, `finding`.
 * Events, which bubble: `leafsum-progress` (a Progress), `leafsum-report` (the Report), `leafsum-error` (why nothing
 * was judged).
 */
export interface LeafsumVerifyElement {
  /** Of the run that ended last; null while none has, and where an attribute has changed since. */
  readonly report: Report | null
  /** As if its button were pressed. Rejects as `verify` of the package does. */
  verify(): Promise<Report>
  cancel(): void
}

export declare const LeafsumVerify: { new (): LeafsumVerifyElement }

declare global {
  interface HTMLElement {}
  interface HTMLElementTagNameMap {
    'leafsum-verify': LeafsumVerifyElement & HTMLElement
  }
  interface GlobalEventHandlersEventMap {
    'leafsum-progress': { readonly detail: Progress } & Event
    'leafsum-report': { readonly detail: Report } & Event
    'leafsum-error': { readonly detail: unknown } & Event
  }
  interface Event {}
}
