// How <leafsum-verify> looks, until the page around it says otherwise by ::part(…).
export const kStyle = `
:host { display: block; font: inherit; color: inherit }
:host([hidden]), [hidden] { display: none !important }
[part=box] { display: grid; gap: 0.6em; justify-items: start; min-width: 0 }
[part=box] > * { min-width: 0; max-width: 100% }
button { font: inherit; color: inherit; background: none; cursor: pointer }
button { padding: 0.4em 0.9em; border: 1px solid; border-radius: 0.4em }
button:focus-visible { outline: 3px solid Highlight; outline-offset: 2px }
[part=running] { display: flex; flex-wrap: wrap; gap: 0.6em; align-items: center }
[part=status]:not(:has(strong:not(:empty))) { display: none }
[part=status], [part=findings] { overflow-wrap: anywhere }
[part=sign] { display: inline-grid; place-items: center; width: 1.5em; height: 1.5em; margin-inline-end: 0.4em }
[part=sign] { border: 2px solid; border-radius: 0.4em; font-weight: bold }
:host([state=VERIFIED]) [part=sign] { border-radius: 50% }
:host([state=VERIFIED]) :is([part=sign], [part=verdict]) { color: light-dark(#1b6b47, #74cfa3) }
:host(:is([state=MISMATCH], [state=error])) :is([part=sign], [part=verdict]) { color: light-dark(#a5232b, #ff9a98) }
[part=findings] { margin: 0; padding-inline-start: 1.2em }
[part=findings]:empty { display: none }
`
