import { execFile } from 'node:child_process'
import type { Run } from './kustomize-binary.ts'

/** `Run` on real processes. The process is killed, not asked, when its time or its output is used up. */
export const runProcess: Run = (command, args, options) =>
  new Promise((resolve) => {
    execFile(
      command,
      [...args],
      {
        cwd: options.cwd,
        env: { ...options.env },
        timeout: options.timeout,
        maxBuffer: options.maxBuffer,
        killSignal: 'SIGKILL',
        encoding: 'utf8',
        shell: false,
        windowsHide: true,
      },
      (error, stdout, stderr) => {
        if (error === null) return resolve({ stdout, stderr, code: 0 })
        const tooMuch = error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER'
        if (typeof error.code === 'number') return resolve({ stdout, stderr, code: error.code })
        resolve({
          stdout,
          stderr,
          code: undefined,
          stopped: tooMuch ? 'too-much-output' : error.killed === true ? 'timeout' : 'not-started',
        })
      },
    )
  })
