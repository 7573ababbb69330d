/**
 * Milliseconds of this process's own work since it was called. What must end is held to that and not to the clock, which also
 * counts what else the machine does.
 */
export function cpuTime(): () => number {
  const started = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(started)
    return (user + system) / 1000
  }
}
