import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundle } from './bundle.ts'
import { type Answer, startGitHub } from './fake-github.ts'
import { annotationsIn, createRunner, runTerminal, type StepResult } from './run-program.ts'

const TOKEN = 'a-token-of-the-job'
const MARKER = '<!-- eso-vault check acme%2Fgitops -->'
const YESTERDAY = `${MARKER}\n## ✅ All 3 references are allowed by the policies in Git\n\nchecked commit 1111111`
const COMMENTS = '/repos/acme/gitops/issues/7/comments'

type Runner = Awaited<ReturnType<typeof createRunner>>

interface State {
  readonly of: 'as-found' | 'as-fixed' | 'empty'
  readonly inputs?: Readonly<Record<string, string>>
  /** Files of the repository, beside those of the example. */
  readonly files?: Readonly<Record<string, string>>
  /** Runs before the program: what breaks in it, or whose clock is wrong. */
  readonly preload?: string
  /** What each channel says. */
  readonly headline: string
  readonly outcome: string
  readonly exitCode: number
  readonly icon: string
  /** SARIF: results, notifications while it ran, notifications about how it is set up. */
  readonly sarif: { readonly results: number; readonly execution: number; readonly configuration?: number }
  /** Whether its own outcome is an annotation, and of what kind. */
  readonly told: 'error' | 'warning' | 'notice' | 'nothing'
}

const ACCEPTED = `version: 1
ignore:
  - { rule: api-version-unserved, file: "**", reason: known }
  - { rule: field-unknown, file: "**", reason: known }
  - { rule: policy-denies, file: "**", reason: known }
`
/** Each question about the time is an hour later than the one before. */
const FAST_CLOCK = 'let now = 0; performance.now = () => (now += 3_600_000)'
const BROKEN_CLOCK = "Date.prototype.toISOString = () => { throw new TypeError('the clock is broken') }"

const STATES: Readonly<Record<string, State>> = {
  success: {
    of: 'as-fixed',
    headline: 'All 3 references are allowed by the policies in Git',
    outcome: 'clean',
    exitCode: 0,
    icon: '✅',
    sarif: { results: 0, execution: 0 },
    told: 'nothing',
  },
  'nothing to check': {
    of: 'empty',
    headline: 'No references to Vault found',
    outcome: 'clean',
    exitCode: 0,
    icon: 'ℹ️',
    sarif: { results: 0, execution: 0 },
    told: 'nothing',
  },
  problems: {
    of: 'as-found',
    headline: '3 problems break all 3 references',
    outcome: 'findings',
    exitCode: 1,
    icon: '❌',
    sarif: { results: 10, execution: 0 },
    told: 'error',
  },
  'problems that do not fail the run': {
    of: 'as-found',
    inputs: { 'fail-on': 'never' },
    headline: '3 problems break all 3 references (not failing)',
    outcome: 'clean',
    exitCode: 0,
    icon: '⚠️',
    sarif: { results: 10, execution: 0 },
    told: 'nothing',
  },
  'one problem that does not fail the run': {
    of: 'as-found',
    inputs: { 'fail-on': 'never', config: 'one.yml' },
    files: { 'one.yml': ACCEPTED.replace(/\n.*field-unknown.*/, '') },
    headline: '1 problem breaks 1 of 3 references (not failing)',
    outcome: 'clean',
    exitCode: 0,
    icon: '⚠️',
    sarif: { results: 1, execution: 0 },
    told: 'nothing',
  },
  'problems that are accepted': {
    of: 'as-found',
    inputs: { config: 'accepted.yml' },
    files: { 'accepted.yml': ACCEPTED },
    headline: '0 of 3 references are allowed, 3 broken and accepted',
    outcome: 'clean',
    exitCode: 0,
    icon: '✅',
    sarif: { results: 0, execution: 0 },
    told: 'nothing',
  },
  'a config that is wrong': {
    of: 'as-fixed',
    inputs: { config: 'wrong.yml' },
    files: { 'wrong.yml': 'version: 1\nrulez: {}\n' },
    headline: 'Not started: wrong.yml:2: unknown key "rulez". Did you mean "rules" or "roles"?',
    outcome: 'invalid',
    exitCode: 2,
    icon: '❌',
    sarif: { results: 0, execution: 0, configuration: 1 },
    told: 'error',
  },
  'an input that is wrong': {
    of: 'as-fixed',
    inputs: { 'fail-on': 'eror' },
    headline: 'Not started: Input `fail-on` must be',
    outcome: 'invalid',
    exitCode: 2,
    icon: '❌',
    sarif: { results: 0, execution: 0, configuration: 1 },
    told: 'error',
  },
  // It still asks for a comment.
  'the input `comment` itself that is wrong': {
    of: 'as-fixed',
    inputs: { comment: 'on-fail' },
    headline: 'Not started: Input `comment` must be',
    outcome: 'invalid',
    exitCode: 2,
    icon: '❌',
    sarif: { results: 0, execution: 0, configuration: 1 },
    told: 'error',
  },
  'a server that nobody reaches': {
    of: 'as-fixed',
    inputs: { 'vault-addr': 'http://127.0.0.1:9', 'vault-token': 'a-token-of-no-server' },
    headline: 'Not finished: ',
    outcome: 'incomplete',
    exitCode: 3,
    icon: '⚠️',
    sarif: { results: 0, execution: 4 },
    told: 'error',
  },
  'a server that nobody reaches, where that may pass': {
    of: 'as-fixed',
    inputs: {
      'vault-addr': 'http://127.0.0.1:9',
      'vault-token': 'a-token-of-no-server',
      'on-incomplete': 'warn',
    },
    headline: 'Not finished: ',
    outcome: 'incomplete',
    exitCode: 0,
    icon: '⚠️',
    sarif: { results: 0, execution: 4 },
    told: 'warning',
  },
  'a role that is not in Git': {
    of: 'as-fixed',
    files: { 'docs/vault.md': '' },
    headline: '0 of 3 references checked: ',
    outcome: 'unchecked',
    exitCode: 0,
    icon: '❓',
    sarif: { results: 0, execution: 3 },
    told: 'notice',
  },
  'a role that is not in Git, where that may not pass': {
    of: 'as-fixed',
    inputs: { 'on-unchecked': 'fail' },
    files: { 'docs/vault.md': '' },
    headline: '0 of 3 references checked: ',
    outcome: 'unchecked',
    exitCode: 3,
    icon: '❓',
    sarif: { results: 0, execution: 3 },
    told: 'error',
  },
  'a time that is over': {
    of: 'as-fixed',
    inputs: { 'run-timeout': '5m' },
    preload: FAST_CLOCK,
    headline: 'Not finished: ',
    outcome: 'incomplete',
    exitCode: 3,
    icon: '⚠️',
    sarif: { results: 0, execution: 3 },
    told: 'error',
  },
  'an error that nobody thought of': {
    of: 'as-fixed',
    preload: BROKEN_CLOCK,
    headline: 'eso-vault crashed. Nothing was checked',
    outcome: 'bug',
    exitCode: 70,
    icon: '❌',
    sarif: { results: 0, execution: 1 },
    told: 'error',
  },
}

const runners = new Map<State['of'], Runner>()
// Building takes its time; no test waits for it.
beforeAll(async () => {
  await bundle()
  for (const of of ['as-found', 'as-fixed', 'empty'] as const) runners.set(of, await createRunner(of))
})
afterAll(() => Promise.all([...runners.values()].map((runner) => runner.remove())))

const preloaded = (code: string): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(code)}`,
})

async function stage(state: State, forge: Parameters<typeof startGitHub>[0] = {}) {
  const runner = runners.get(state.of) as Runner
  const before = new Map<string, string | undefined>()
  for (const [file, text] of Object.entries(state.files ?? {})) {
    const path = join(runner.workspace, file)
    before.set(path, await readFile(path, 'utf8').catch(() => undefined))
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, text)
  }
  const github = await startGitHub(forge)
  github.comments.push({ id: 1, body: YESTERDAY, user: { login: 'github-actions[bot]' } })
  const run = (env: Readonly<Record<string, string>> = {}): Promise<StepResult> =>
    runner.main({
      inputs: {
        comment: 'on-failure',
        'github-token': TOKEN,
        'report-file': 'out/report.json',
        'sarif-file': 'out/report.sarif',
        ...state.inputs,
      },
      env: {
        GITHUB_API_URL: github.url,
        ...(state.preload === undefined ? {} : preloaded(state.preload)),
        ...env,
      },
    })
  const end = async () => {
    await github.stop()
    for (const [path, text] of before) await (text === undefined ? rm(path) : writeFile(path, text))
    await rm(join(runner.workspace, 'out'), { recursive: true, force: true })
  }
  const written = (file: string) => readFile(join(runner.workspace, 'out', file), 'utf8').then(JSON.parse)
  return { runner, github, run, end, written }
}

/** As text: without what Markdown escapes. */
const plain = (markdown: string) => markdown.replace(/\\([^\w\s])/g, '$1')

describe.each(Object.entries(STATES))('%s', (_, state) => {
  const { headline, outcome, exitCode, icon, sarif, told } = state

  test('is told in summary, comment, SARIF, report, outputs, annotations and the exit code alike', async () => {
    const { github, run, end, written } = await stage(state)
    try {
      const ran = await run()
      expect([ran.exitCode, ran.outputs.outcome], ran.stdout).toEqual([exitCode, outcome])
      expect(ran.outputs).toMatchObject({ 'report-file': 'out/report.json', 'sarif-file': 'out/report.sarif' })
      expect(ran.stdout).toContain(headline)
      const heading = `## ${icon} ${headline}`
      expect(plain(ran.summary)).toContain(heading)
      // Nothing of yesterday is left.
      expect(github.comments).toHaveLength(1)
      expect(plain(github.comments[0]?.body ?? '')).toContain(`${MARKER}\n${heading}`)
      expect(github.comments[0]?.body).toMatch(/commit(?: |\W)+0123456/)
      const report = await written('report.json')
      expect([report.outcome, report.headline.startsWith(headline)]).toEqual([outcome, true])
      const [log] = (await written('report.sarif')).runs
      const [{ executionSuccessful, toolExecutionNotifications, toolConfigurationNotifications = [] }] = log.invocations
      expect({
        results: log.results.length,
        execution: toolExecutionNotifications.length,
        configuration: toolConfigurationNotifications.length,
      }).toEqual({ configuration: 0, ...sarif })
      expect(executionSuccessful).toBe(outcome !== 'invalid' && outcome !== 'bug')
      const own = annotationsIn(ran.stdout).filter(
        ({ title, message }) => message.includes(headline) || title.includes('not started'),
      )
      expect(own.map(({ kind }) => kind)).toEqual(told === 'nothing' ? [] : [told])
      expect(ran.stdout).not.toMatch(/[?!]\.$/m)
    } finally {
      await end()
    }
  })

  test('without the permission for comments: the same everywhere else, and a warning that names it', async () => {
    const { run, end } = await stage(state, { mayWrite: false })
    try {
      const ran = await run()
      expect([ran.exitCode, ran.outputs.outcome]).toEqual([exitCode, outcome])
      expect(plain(ran.summary)).toContain(`## ${icon} ${headline}`)
      const [warning, ...others] = annotationsIn(ran.stdout).filter(({ message }) =>
        message.includes('The pull-request comment was not written'),
      )
      expect([warning?.kind, others]).toEqual(['warning', []])
      expect(warning?.message).toContain('Add `pull-requests: write` under `permissions:` of the job')
      expect(ran.stdout).not.toContain(TOKEN)
    } finally {
      await end()
    }
  })
})

describe('a forge that does not take the comment', () => {
  const only =
    (method: string, answer: Answer): ((route: string) => Answer | undefined) =>
    (route) =>
      route.startsWith(method) && !route.endsWith('/graphql') ? answer : undefined
  const minute = '1795824000'
  const cases: readonly [name: string, instead: (route: string) => Answer | undefined, says: RegExp][] = [
    ['it may not even be read', only('GET', { status: 403 }), /GitHub answered 403\. Add `pull-requests: write`/],
    ['the repository is not shown', only('GET', { status: 404 }), /GitHub answered 404\. Add `pull-requests: write`/],
    ['the token is not one', only('', { status: 401 }), /GitHub answered 401: `github-token` is not a valid token/],
    [
      'the rate limit is used up',
      only('PATCH', {
        status: 403,
        headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': minute },
      }),
      /the rate limit of GitHub is used up until \d\d:\d\d UTC\./,
    ],
    ['the rate limit, as 429', only('PATCH', { status: 429 }), /the rate limit of GitHub is used up\./],
    [
      'the limit on bursts, which names itself only in words',
      only('PATCH', { status: 403, body: { message: 'You have exceeded a secondary rate limit. Please wait.' } }),
      /the rate limit of GitHub is used up\./,
    ],
    ['a server that fails for good', only('PATCH', { status: 502 }), /GitHub answered 502\./],
    ['no JSON at all', only('GET', { status: 503, body: '<html>' }), /GitHub answered 503\./],
  ]
  test.each(cases)('%s', async (_, instead, says) => {
    const { run, end } = await stage(STATES.problems as State, { instead })
    try {
      const ran = await run()
      expect([ran.exitCode, ran.outputs.outcome]).toEqual([1, 'findings'])
      const warnings = annotationsIn(ran.stdout).filter(({ kind }) => kind === 'warning')
      expect(warnings.map(({ message }) => message)).toEqual([expect.stringMatching(says)])
      expect(ran.stdout).not.toContain('secondary rate limit')
    } finally {
      await end()
    }
  })

  test('that cannot be reached', async () => {
    const { run, end } = await stage(STATES.problems as State)
    try {
      const ran = await run({ GITHUB_API_URL: 'http://127.0.0.1:9' })
      expect([ran.exitCode, ran.outputs.outcome]).toEqual([1, 'findings'])
      expect(annotationsIn(ran.stdout).map(({ message }) => message)).toContainEqual(
        'The pull-request comment was not written: GitHub could not be reached. The check itself is not affected.',
      )
    } finally {
      await end()
    }
  })

  test('and then does: one lost answer leaves no green comment beside a red run', async () => {
    let lost = 0
    const { github, run, end } = await stage(STATES.problems as State, {
      instead: (route) => (!route.endsWith('/graphql') && lost++ < 2 ? { status: 502 } : undefined),
    })
    try {
      const ran = await run()
      expect(annotationsIn(ran.stdout).filter(({ kind }) => kind === 'warning')).toEqual([])
      expect(github.comments.map(({ body }) => body)).toEqual([expect.stringContaining('## ❌')])
    } finally {
      await end()
    }
  })

  test('a comment that is new is asked for once: who knows what a lost answer did', async () => {
    const { github, run, end } = await stage(STATES.problems as State, {
      instead: (route) => (route === `POST ${COMMENTS}` ? { status: 502 } : undefined),
    })
    github.comments.length = 0
    try {
      await run()
      expect(github.requests.filter((route) => route.startsWith('POST /repos'))).toHaveLength(1)
    } finally {
      await end()
    }
  })
})

describe('a run that is killed', () => {
  // It stops in the middle, with a signal that no program can catch.
  const KILLED: State = {
    ...(STATES.success as State),
    preload: "Date.prototype.toISOString = () => process.kill(process.pid, 'SIGKILL')",
  }
  const step = (url: string, comment: string) => ({
    inputs: { comment, 'github-token': TOKEN },
    env: { GITHUB_API_URL: url },
  })

  test('its post step takes yesterday’s word back, and says why nothing is known', async () => {
    const { runner, github, run, end } = await stage(KILLED)
    try {
      const killed = await run()
      expect([killed.exitCode, killed.outputs]).toEqual([-1, {}])
      const post = await runner.post(killed.state, step(github.url, 'on-failure'))
      expect(post.exitCode).toBe(0)
      expect(annotationsIn(post.stdout)).toMatchObject([{ kind: 'warning', title: 'eso-vault%3A not finished' }])
      expect(github.comments).toHaveLength(1)
      expect(github.comments[0]?.body).toContain('Not finished')
      expect(github.comments[0]?.body).toContain('the job was cancelled')
    } finally {
      await end()
    }
  })

  test('no comment is made for it, none is touched without `comment`, and a run that ended leaves nothing to do', async () => {
    const { runner, github, run, end } = await stage(KILLED)
    try {
      const { state } = await run()
      await runner.post(state, step(github.url, 'never'))
      expect(github.comments.map(({ body }) => body)).toEqual([YESTERDAY])
      github.comments.length = 0
      await runner.post(state, step(github.url, 'always'))
      expect(github.comments).toEqual([])
      const whole = await stage(STATES.success as State)
      const ran = await whole.run()
      await whole.end()
      github.requests.length = 0
      const post = await runner.post(ran.state, step(github.url, 'always'))
      expect([github.requests, annotationsIn(post.stdout)]).toEqual([[], []])
    } finally {
      await end()
    }
  })
})

describe('what a runner does not give', () => {
  test.each([
    ['the file of the outputs', 'GITHUB_OUTPUT', 'The outputs were not written'],
    ['the file of the state', 'GITHUB_STATE', 'GITHUB_STATE names a file that cannot be used'],
    ['the file of the summary', 'GITHUB_STEP_SUMMARY', 'The job summary was not written'],
  ])('%s is a warning, and every other channel is as it would be', async (_, name, says) => {
    const { github, run, end } = await stage(STATES.problems as State)
    try {
      const ran = await run({ [name]: '/no/such/file' })
      expect(ran.exitCode).toBe(1)
      expect(annotationsIn(ran.stdout).map(({ message }) => message)).toContainEqual(expect.stringContaining(says))
      expect(github.comments[0]?.body).toContain('## ❌')
    } finally {
      await end()
    }
  })

  test('a report that one channel cannot show is told by the others, and as a bug', async () => {
    const breaks = `const { byteLength } = Buffer
      Buffer.byteLength = (...given) => {
        if (new Error().stack.includes('/summary')) throw new TypeError('no bytes')
        return byteLength(...given)
      }`
    const { github, run, end } = await stage({ ...(STATES.problems as State), preload: breaks })
    try {
      const ran = await run()
      expect([ran.exitCode, ran.outputs.outcome]).toEqual([70, 'bug'])
      expect(ran.stdout).toContain('3 problems break all 3 references')
      expect(github.comments[0]?.body).toContain('eso-vault crashed')
      expect(annotationsIn(ran.stdout).map(({ message }) => message)).toContainEqual(
        expect.stringContaining('the job summary could not be written'),
      )
    } finally {
      await end()
    }
  })
})

describe('the terminal says the same, with the same exit code', () => {
  test.each(Object.entries(STATES).filter(([name]) => !name.includes('`comment`')))('%s', async (_, state) => {
    const { runner, end } = await stage(state)
    try {
      const { config, ...given } = state.inputs ?? {}
      const { 'vault-token': token, ...flags } = given
      const args = Object.entries({ ...flags, ...(config === undefined ? {} : { config }) }).flatMap(
        ([name, value]) => [`--${name}`, value],
      )
      const ran = await runTerminal(['check', ...args], runner.workspace, {
        ...(token === undefined ? {} : { VAULT_TOKEN: token }),
        ...(state.preload === undefined ? {} : preloaded(state.preload)),
      })
      expect(ran.exitCode, ran.stdout + ran.stderr).toBe(state.exitCode)
    } finally {
      await end()
    }
  })
})
