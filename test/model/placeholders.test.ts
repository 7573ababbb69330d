import { describe, expect, it } from 'vitest'
import { holesOf } from '../../src/model/placeholders.ts'
import { cpuTime } from '../cpu-time.ts'

describe('holes (field.md §6)', () => {
  const cases: [string, [string, string][]][] = [
    ['kv/prod/app', []],
    ['kv/${ENV}/app', [['${ENV}', 'variable']]],
    ['${A:=${B}}/x', [['${A:=${B}}', 'variable']]],
    ['kv/$(ENV)/app', [['$(ENV)', 'variable']]],
    ['<CLUSTER_NAME>/x', [['<CLUSTER_NAME>', 'placeholder']]],
    ['{{ .Values.x }}/y', [['{{ .Values.x }}', 'template']]],
    [
      'x/{{request.object.metadata.name}}/${B}',
      [
        ['{{request.object.metadata.name}}', 'template'],
        ['${B}', 'variable'],
      ],
    ],
    ['REPLACE_IN_OVERLAY', [['REPLACE_IN_OVERLAY', 'placeholder']]],
    ['UPDATE IN OVERLAY', [['UPDATE IN OVERLAY', 'placeholder']]],
    ['kv/PLACEHOLDER', [['PLACEHOLDER', 'placeholder']]],
    ['CHANGEME', [['CHANGEME', 'placeholder']]],
    ['changeme', [['changeme', 'placeholder']]],
    ['a<b', []],
    ['key with 5 > 3 < 4', []],
    ['apps/updates/in', []],
    ['TODOS/list', []],
    ['replace', []],
    ['Replace', []],
    ['placeholder-service/db', []],
    ['kv/TODO-app', []],
    ['kv/changeme/x', [['changeme', 'placeholder']]],
    ['https://REPLACE_ME.example.org:8200', [['REPLACE_ME', 'placeholder']]],
    ['CHANGE ME PER CLUSTER', [['CHANGE ME PER CLUSTER', 'placeholder']]],
    ['CHANGE MENU', []],
    ['@CLUSTER@/x', [['@CLUSTER@', 'placeholder']]],
    ['TO_BE_SET', [['TO_BE_SET', 'placeholder']]],
    ['webgrip/prod/clusters/soyo/apps/backstage/db', []],
  ]
  it.each(cases)('%s', (text, expected) => {
    expect(holesOf(text).map(({ text: hole, kind }) => [hole, kind])).toEqual(expected)
  })

  it('stays fast on hostile text', () => {
    const before = cpuTime()
    for (const text of ['{{'.repeat(500_000), '${'.repeat(500_000), '<A '.repeat(500_000)]) holesOf(text)
    expect(before()).toBeLessThan(5_000)
  })
})
