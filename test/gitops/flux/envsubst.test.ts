import { describe, expect, it } from 'vitest'
import { envsubst } from '../../../src/gitops/flux/envsubst.ts'
import { substituteValue } from '../../../src/gitops/flux/substitute-value.ts'

const variables: Record<string, string> = {
  ENV: 'prod',
  EMPTY: '',
  PATH_LIKE: '/one/two/three.tar.gz',
  MIXED: 'aBcD',
  PORT: '8200',
  FLAG: 'true',
}
const lookup = (name: string) => variables[name]

describe("Flux's dialect of bash (platform.md §3.2)", () => {
  const cases: [string, string, string[]?][] = [
    ['kv/${ENV}/app', 'kv/prod/app'],
    ['no variable', 'no variable'],
    ['$ENV stays', '$ENV stays'],
    ['$${ENV}', '${ENV}'],
    ['$${A} and ${ENV}', '${A} and prod'],
    ['a$$b', 'a$b'],
    ['$${A:=${ENV}}', '${A:=prod}'],
    ['${NONE}', '${NONE}', ['NONE']],
    ['x-${NONE}-${ENV}', 'x-${NONE}-prod', ['NONE']],
    ['${NONE:-data}', 'data'],
    ['${NONE:=data}', 'data'],
    ['${NONE=data}', 'data'],
    ['${NONE:?data}', 'data'],
    ['${NONE:=}', ''],
    ['${EMPTY:-data}', 'data'],
    ['${EMPTY=data}', 'data'],
    ['${EMPTY}', ''],
    ['${ENV:-data}', 'prod'],
    ['${ENV:=${NONE}}', 'prod'],
    ['${NONE:=${ENV}-x}', 'prod-x'],
    ['${NONE:=a${ENV}b${OTHER:-c}}', 'aprodbc'],
    ['${NONE:=${OTHER}}', '${OTHER}', ['OTHER']],
    ['${ENV^^}', 'PROD'],
    ['${ENV^}', 'Prod'],
    ['${MIXED,,}', 'abcd'],
    ['${MIXED,}', 'aBcD'],
    ['${NONE^^}', '${NONE^^}', ['NONE']],
    ['${#ENV}', '4'],
    ['${ENV:0:3}', 'pro'],
    ['${ENV:1}', 'rod'],
    ['${ENV:2:99}', 'od'],
    ['${ENV:9}', ''],
    ['${ENV/o/0}', 'pr0d'],
    ['${PATH_LIKE/\\//}', 'one/two/three.tar.gz'],
    ['${PATH_LIKE//\\//-}', '-one-two-three.tar.gz'],
    ['${ENV/#pr/x}', 'xod'],
    ['${ENV/%od/x}', 'prx'],
    ['${PATH_LIKE##*/}', 'three.tar.gz'],
    ['${PATH_LIKE#*/}', 'one/two/three.tar.gz'],
    ['${PATH_LIKE%.*}', '/one/two/three.tar'],
    ['${PATH_LIKE%%.*}', '/one/two/three'],
  ]
  it.each(cases)('%s → %s', (text, expected, unresolved = []) => {
    expect(envsubst(text, lookup)).toEqual({ text: expected, unresolved, refused: [] })
  })

  it.each(['${NONE-data}', '${}', '${a.b}', '${ENV', '${ENV:=x', '${.x}', '${ENV/o}'])(
    '%s is refused and stays',
    (text) => {
      expect(envsubst(`${text} ${'${ENV}'}`, lookup).refused).toHaveLength(1)
      expect(envsubst(text, lookup)).toEqual({ text, unresolved: [], refused: [text] })
    },
  )
})

describe('values', () => {
  it('substitutes keys and strings, and retypes what was one plain scalar', () => {
    const given = {
      port: '${PORT}',
      flag: '${FLAG}',
      empty: '${EMPTY}',
      text: 'v${PORT}',
      quoted: 'a: ${PORT}',
      block: '${PORT}\n',
      '${ENV}-key': [1, '${ENV}'],
    }
    expect(substituteValue(given, lookup)).toEqual({
      value: {
        port: 8200,
        flag: true,
        empty: null,
        text: 'v8200',
        quoted: 'a: 8200',
        block: '8200\n',
        'prod-key': [1, 'prod'],
      },
      unresolved: [],
    })
  })

  it('tells where an unresolved variable stands and keeps untouched parts as they are', () => {
    const same = { a: [1] }
    const { value, unresolved } = substituteValue({ same, list: [{ key: 'x/${NONE}' }, '${A-b}'] }, lookup)
    expect((value as { same: unknown }).same).toBe(same)
    expect(unresolved).toEqual([
      { name: 'NONE', path: ['list', 0, 'key'], refused: false },
      { name: '${A-b}', path: ['list', 1], refused: true },
    ])
  })
})
