import { type ChildProcess, spawn } from 'node:child_process'
import type { Run, RunResult } from './kustomize-binary.ts'

/** Programs that run now; they are in process groups of their own, so our end must be theirs. */
const running = new Set<ChildProcess>()

/**
 * `Run` on real processes. A program whose time or output is used up is killed, not asked, and with it all that it started: kustomize
 * starts git and helm, which would otherwise go on.
 */
export const runProcess: Run = (command, args, options) =>
  new Promise((resolve) => {
    const [program, ...words] = underLimits(command, args, options.processorSeconds ?? MOST_SECONDS)
    const child = spawn(program, words, {
      cwd: options.cwd,
      env: { ...options.env },
      shell: false,
      windowsHide: true,
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    if (running.size === 0) process.once('exit', killAll)
    running.add(child)
    let stopped: RunResult['stopped']
    const stop = (why: RunResult['stopped']) => {
      stopped ??= why
      killGroup(child)
      // What a grandchild in yet another group still holds open must not keep us waiting.
      child.stdout.destroy()
      child.stderr.destroy()
    }
    const timer = setTimeout(() => stop('timeout'), options.timeout)
    const stdout = collector(child.stdout, options.maxBuffer, () => stop('too-much-output'))
    const stderr = collector(child.stderr, options.maxBuffer, () => stop('too-much-output'))
    const end = (code: number | null) => {
      if (!running.delete(child)) return
      if (running.size === 0) process.removeListener('exit', killAll)
      clearTimeout(timer)
      const unstarted = child.pid === undefined || code === NOT_FOUND || code === NOT_RUNNABLE
      const own = stopped === undefined && code !== null && !unstarted ? code : undefined
      resolve({
        stdout: stdout(),
        stderr: stderr(),
        code: own,
        ...(own === undefined ? { stopped: stopped ?? (unstarted ? 'not-started' : 'killed') } : {}),
      })
    }
    child.on('error', () => end(null))
    child.on('close', end)
  })

/** Kibibytes of memory and seconds of processor time: many times what the largest root seen takes, and no machine's all. */
const MOST_MEMORY = 4 * 1024 * 1024
const MOST_SECONDS = 180

/** What a shell answers for a program that is not there, or that cannot be run. */
const NOT_FOUND = 127
const NOT_RUNNABLE = 126

/**
 * The program under limits that the system keeps, also when this process is killed: a hostile tree can make kustomize take all the
 * memory there is (platform.md §7, threat 5). The shell's text is always the same one; what it runs is handed over as words.
 */
function underLimits(command: string, args: readonly string[], seconds: number): [string, ...string[]] {
  if (process.platform === 'win32') return [command, ...args]
  const limits = `ulimit -v ${MOST_MEMORY} 2>/dev/null; ulimit -t ${seconds} 2>/dev/null; exec "$0" "$@"`
  return ['/bin/sh', '-c', limits, command, ...args]
}

/** Gathers a stream up to `limit` bytes; `full` is told when there is more. */
function collector(stream: NodeJS.ReadableStream, limit: number, full: () => void): () => string {
  const chunks: Buffer[] = []
  let size = 0
  stream.on('data', (chunk: Buffer) => {
    if (size + chunk.length > limit) return full()
    size += chunk.length
    chunks.push(chunk)
  })
  return () => Buffer.concat(chunks).toString('utf8')
}

function killAll(): void {
  for (const child of running) killGroup(child)
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill('SIGKILL')
    else process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}
