import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { bundle, REPOSITORY } from './bundle.ts'
import { startGitHub } from './fake-github.ts'
import { annotationsIn, createRunner, PULL_REQUEST } from './run-program.ts'

const COMMENTS = '/repos/acme/gitops/issues/7/comments'
const TOKEN = 'a-token-of-the-job'

// Building takes its time; no test waits for it.
beforeAll(bundle)

async function stage(mayWrite: boolean) {
  const runner = await createRunner('as-found')
  const github = await startGitHub({ mayWrite })
  const check = (event: unknown = PULL_REQUEST, eventName = 'pull_request') =>
    runner.main({
      inputs: { comment: 'on-failure', 'github-token': TOKEN },
      env: { GITHUB_API_URL: github.url },
      event,
      eventName,
    })
  return { runner, github, check, end: () => Promise.all([github.stop(), runner.remove()]) }
}

describe('the pull-request comment', () => {
  test('is created on failure, left alone while nothing changes, and updated when all is mended', async () => {
    const { runner, github, check, end } = await stage(true)
    expect((await check()).exitCode).toBe(1)
    expect(github.requests).toEqual(['POST /graphql', `GET ${COMMENTS}`, `POST ${COMMENTS}`])
    expect(github.comments[0]?.body).toMatch(/^<!-- eso-vault check acme%2Fgitops -->/)
    expect(github.comments[0]?.body).toContain('policy-denies')
    expect(github.comments[0]?.body).toContain('https://github.example.com/acme/gitops/actions/runs/42')
    expect([...github.authorizations]).toEqual([`token ${TOKEN}`])

    github.requests.length = 0
    await check()
    expect(github.requests).toEqual(['POST /graphql', `GET ${COMMENTS}`])

    await cp(join(REPOSITORY, 'examples', 'soyo', 'as-fixed'), runner.workspace, { recursive: true })
    github.requests.length = 0
    expect((await check()).exitCode).toBe(0)
    expect(github.requests.at(-1)).toBe('PATCH /repos/acme/gitops/issues/comments/1')
    expect(github.comments).toHaveLength(1)
    expect(github.comments[0]?.body).toContain('All 3 references are allowed by the policies in Git')
    await end()
  })

  test('without the permission: a warning names it, and the outcome stays what it is', async () => {
    const { check, end } = await stage(false)
    const { exitCode, stdout, outputs } = await check()
    await end()
    expect([exitCode, outputs.outcome]).toEqual([1, 'findings'])
    const warnings = annotationsIn(stdout).filter(({ kind }) => kind === 'warning')
    expect(warnings).toHaveLength(1)
    expect(warnings[0]?.message).toContain('`pull-requests: write`')
    expect(stdout).not.toContain(TOKEN)
  })

  test('of a fork, whose token may never write, warns of nothing', async () => {
    const { check, end } = await stage(false)
    const event = { pull_request: { number: 7, head: { repo: { full_name: 'mallory/gitops' } } } }
    const { stdout } = await check(event)
    await end()
    expect(annotationsIn(stdout).filter(({ kind }) => kind === 'warning')).toEqual([])
    expect(stdout).toContain('The pull-request comment was not written')
  })

  test('of a push asks GitHub nothing', async () => {
    const { github, check, end } = await stage(true)
    const { stdout } = await check({ ref: 'refs/heads/main' }, 'push')
    await end()
    expect(github.requests).toEqual([])
    expect(stdout).toContain('this run is not of a pull request')
  })
})
