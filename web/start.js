// Runs before everything else, also where the page's own script is not understood: JavaScript of 2015 alone here.
{
  /** @param {string} lacks */
  const tell = lacks => {
    document.documentElement.classList.add('too-old') // style.css shows nothing else then
    const page = document.getElementById('too-old')
    if (!page) return
    page.textContent =
      'This browser lacks ' +
      lacks +
      ', which this page needs. Use a current Chrome, Edge, Firefox or Safari, or the command line: ' +
      'leafsum verify DIRECTORY --lock LOCKFILE'
    page.hidden = false
  }
  if (typeof WebAssembly !== 'object') tell('WebAssembly')
  else if (typeof Worker !== 'function') tell('workers')
  else if (!('structuredClone' in window) || !('hasOwn' in Object)) tell('JavaScript of 2022')
  // What the page's script cannot even be read with.
  addEventListener('error', event => {
    if (event.error instanceof SyntaxError) tell('newer JavaScript')
  })
}
