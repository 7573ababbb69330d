import { spawn } from 'node:child_process'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findServer, type RunningServer } from './server.ts'

export interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs what people paste into a terminal: a POSIX shell in which `vault` and `bao` are the real command line, logged in as root.
 * Stops at the first command that fails.
 */
export async function inShell(
  server: RunningServer,
  script: string,
  cwd: string,
  token = server.rootToken,
): Promise<Said> {
  const { binary } = await findServer()
  if (binary === undefined) throw new Error('no command line')
  const home = await mkdtemp(join(tmpdir(), 'eso-vault-shell-'))
  try {
    for (const name of ['vault', 'bao']) await symlink(binary, join(home, name))
    const env = {
      PATH: `${home}:${process.env.PATH ?? ''}`,
      HOME: home,
      VAULT_ADDR: server.address,
      BAO_ADDR: server.address,
      VAULT_TOKEN: token,
      BAO_TOKEN: token,
    }
    const child = spawn('sh', ['-e'], { cwd, env })
    child.stdin.end(script)
    return await new Promise((resolve, reject) => {
      let stdout = ''
      let stderr = ''
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk))
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
      child.once('error', reject)
      child.once('close', (code) => resolve({ code: code ?? -1, stdout, stderr }))
    })
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}
