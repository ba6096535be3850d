/** What only the page for addresses says. */

export const urlTexts = {
  noAddress:
    'This is no address of a checkpoint. Paste one that begins with https://, hf://, gs:// or s3://, such as ' +
    'hf://org/repo/path.',
  onlyHttps:
    'This page reads https alone: its policy refuses http, which anybody on the way could change. The command line ' +
    'reads http too.',
  asks: (/** @type {string} */ host) => `Nothing is asked yet. “Read it” asks ${host}, which sees your request.`,
  framed:
    'This page is shown inside another one, which could hide what it says or cover its buttons. Open it by itself.',
  filesElsewhere: 'This page may reach servers, so it takes no checkpoint from your disk. The page for files takes it.',
  copied: 'Copied.',
  notCopied: 'The browser did not allow it: copy the address of this page.',
}
