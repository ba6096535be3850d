/** A Worker's whole script, for `init({ worker })`: `import 'leafsum/worker'`. */
export {}
