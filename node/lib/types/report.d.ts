import type { Code, Command, ExitCode, Severity, Verdict } from './names.js'

/**
 * One thing that was found: what, where, what was expected, and in words what to do.
 * @example
 * ```ts
 * import { check, explain, type Finding } from 'leafsum'
 *
 * const line = ({ severity, code, file, message }: Finding) => `${severity} ${code} ${file ?? ''} ${message}`
 * const { findings } = await check('run')
 * for (const finding of findings) console.log(line(finding), await explain(finding.code))
 * ```
 */
export interface Finding {
  code: Code
  severity: Severity
  item: string | null
  key_path: string[] | null
  file: string | null
  offset: number | null
  expected: string | null
  actual: string | null
  message: string
}

/**
 * What was read, where a root's step was chosen, and how large it is where there is a listing.
 * @example
 * ```ts
 * import { check, type ReportSource } from 'leafsum'
 *
 * const source: ReportSource = (await check('runs')).source
 * console.log(source.step)
 * ```
 */
export interface ReportSource {
  /** Last part of its path. */
  name?: string
  step?: number
  commit_timestamp_nsecs?: string
  files?: number
  bytes?: number
}

/**
 * What a signature over files covers.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { verify, type ReportBundle } from 'leafsum'
 *
 * const report = await verify('run', { bundle: readFileSync('run/model.sig'), key: readFileSync('pub.pem') })
 * const { files, leaves } = report.bundle as ReportBundle
 * console.log(files.equal, leaves)
 * ```
 */
export interface ReportBundle {
  name: string
  /** Where the signature is good: `key sha256:…`, `certificate …` (SHA-256 of its key) or `identity … by …`. */
  signed_by?: string
  files: { equal: number; different: number; missing: number; extra: number; not_read: number; ignored: number }
  /** That lie in files equal to the signed ones alone. */
  leaves: number
  /** Bytes of these files, by the classes of `coverage`. */
  covered: Report['coverage']
}

/**
 * What a command says of a checkpoint, as schema/report.schema.json describes it: plain data, the same for every number
 * of workers, in Node and browsers. `JSON.stringify(report)` and a line feed are the bytes of `--json`.
 * @example
 * ```ts
 * import { check, type Report } from 'leafsum'
 *
 * const isSound = ({ verdict, findings }: Report) => verdict === 'SOUND' && findings.length === 0
 * console.log(isSound(await check('run')))
 * ```
 */
export interface Report {
  leafsum_report: 1
  command: Command
  verdict: Verdict
  exit_code: ExitCode
  headline: string
  source: ReportSource
  /** Where `item`, or in a comparison `include` or `exclude`, narrowed it. */
  scope?: {
    item?: string
    include?: string[]
    exclude?: string[]
    items_left_out: number
    leaves_left_out: number
  }
  lock?: { name?: string; fingerprint: string | null; step?: number; signed_by?: string }
  /** Of `verify` with a bundle: what a signature over files covers. */
  bundle?: ReportBundle
  fingerprint?: string | null
  /**
   * Of `lock`, `verify` and `digest` where every step of a root was read: each step, and the fingerprint that it has
   * when it is read alone. With `update`, what became of it.
   */
  steps?: { name: string; fingerprint: string | null; update?: 'added' | 'compared' | 'kept' | 'dropped' }[]
  /** In bytes. */
  coverage: { leaf: number; structural: number; unreachable: number; ignored: number; unread: number }
  /** With content; empty nodes are in none of these. */
  leaves: { equal: number; different: number; missing: number; extra: number; not_read: number }
  findings: Finding[]
  /** Beyond a limit findings are counted alone. */
  findings_dropped: number
}

/**
 * What a call with a product of its own resolves to: the report, and the product's members beside it.
 * @example
 * ```ts
 * import { digest, type DigestOutput, type WithReport } from 'leafsum'
 *
 * const { report, items }: WithReport<DigestOutput> = await digest('run')
 * ```
 */
export type WithReport<Product> = { report: Report } & Product

/**
 * What is found, piece by piece, for `for await`. It begins with the loop and is over when the loop is left; a loop
 * that is left early ends the run. `report` settles with it: look at it, a damaged leaf is not in the loop.
 * @example
 * ```ts
 * import { rows, type Found, type ListedRow } from 'leafsum'
 *
 * const found: Found<ListedRow> = rows('run')
 * for await (const { item, key_path: path } of found) console.log(item, path.join('/'))
 * console.log((await found.report).verdict)
 * ```
 */
export interface Found<Value> extends AsyncGenerator<Value, void, undefined> {
  readonly report: Promise<Report>
}
