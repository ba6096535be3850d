// A headline taken apart again (docs/headlines.md): `run (step 300): ` `MISMATCH` `1 of 48 leaves differs …`.

// Names that hold a colon or a quotation mark stand in quotes: the first word of capitals behind them is the verdict.
const kHeadline = /^((?:"(?:[^"\\]|\\.)*"|[^":])*: )?([A-Z-]+): ([^]*)$/

/** @param {string} headline of a report */
export function headlineParts(headline) {
  const [, subject = '', word = '', statement = headline] = kHeadline.exec(headline) ?? []
  return { subject, word, statement }
}
