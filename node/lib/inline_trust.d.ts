/** Brings signatures to `leafsum/inline`: `import 'leafsum/inline/trust'`. */
export {}
