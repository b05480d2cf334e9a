import { expect, test } from 'vitest'
import { markName } from '../../../server/search/marked-name.ts'
import { termsOf } from '../../../server/search/name-query.ts'

const shown = (name: string, typed: string) =>
  markName(name, termsOf(typed))
    .map(({ text, isFound }) => (isFound ? `[${text}]` : text))
    .join('')

test.each([
  ['03 March.xlsx', 'march', '03 [March].xlsx'],
  ['03 March.xlsx', 'march xlsx', '03 [March].[xlsx]'],
  ['Größe.pdf', 'grosse', '[Größe].pdf'],
  ['STRASSE', 'straße', '[STRASSE]'],
  ['straße', 's', '[s]tra[ß]e'],
  ['cafe\u0301', 'café', '[cafe\u0301]'],
  ['plan.dwg', '*.dwg', 'plan[.dwg]'],
  ['plan.dwg', '', 'plan.dwg'],
  ['plan.dwg', 'nothing', 'plan.dwg'],
])('%s, looked for with %s', (name, typed, expected) => {
  expect(shown(name, typed)).toBe(expected)
})
