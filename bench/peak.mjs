// node --import bench/peak.mjs …: the process says at its end how much memory it took at most.
process.on('exit', () => process.stderr.write(`\npeak_rss ${process.resourceUsage().maxRSS * 1024}\n`))
