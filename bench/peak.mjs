// node --import bench/peak.mjs …: the process says at its end how much memory it took at most, and how many seconds of
// a processor.
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  process.stderr.write(`\npeak_rss ${maxRSS * 1024} processor ${(userCPUTime + systemCPUTime) / 1e6}\n`)
})
