import { describe, expect, test } from 'vitest'
import { agentCatalogue } from '../../../agent/errors/agent-catalogue.ts'
import { AgentError } from '../../../agent/errors/agent-error.ts'
import { explainError } from '../../../agent/errors/explain-error.ts'
import {
  ApplianceIdentityError,
  BackupError,
  FormatError,
  MissingChunksError,
  RefusedError,
  RestoreError,
  StorageError,
} from '../../../engine/index.ts'

const withCode = (code: string, message = code) => Object.assign(new Error(message), { code })
const aborted = Object.assign(new Error('The operation was aborted'), { name: 'AbortError' })

describe('whatever is thrown has a code, a reason, and somebody who can fix it', () => {
  test.each([
    { title: 'an expected failure', error: new AgentError('HF-NO-JOB', 'Nothing.'), code: 'HF-NO-JOB', detail: 'Nothing.' },
    {
      title: 'a box that is not there',
      error: new StorageError('unreachable', 'box cannot be reached', { cause: withCode('ECONNREFUSED') }),
      code: 'HF-SERVER-UNREACHABLE',
      detail: 'Box cannot be reached.',
      hint: 'Check the port, and that the box is running.',
    },
    {
      title: 'a name with several addresses, none of which answers',
      error: new StorageError('unreachable', 'x', {
        cause: new AggregateError([withCode('ETIMEDOUT'), withCode('ENETUNREACH')]),
      }),
      code: 'HF-SERVER-UNREACHABLE',
      hint: 'Check the address, and whether a firewall stands between.',
    },
    {
      title: 'another box',
      error: new StorageError('denied', 'another', { cause: new ApplianceIdentityError('another', 'cGlu') }),
      code: 'HF-CERTIFICATE-UNKNOWN',
      members: { fingerprint: 'cGlu' },
    },
    { title: 'nonsense from the box', error: new StorageError('broken', 'not JSON'), code: 'HF-ANSWER-UNEXPECTED' },
    { title: 'a damaged record', error: new FormatError('record-damaged', 'a record'), code: 'HF-STORED-DATA-DAMAGED' },
    { title: 'lost chunks', error: new MissingChunksError([], 'chunks'), code: 'HF-STORED-DATA-DAMAGED' },
    {
      title: 'no source there',
      error: new BackupError('no-sources', 'none of them'),
      code: 'HF-SOURCE-MISSING',
      detail: 'None of them.',
    },
    { title: 'a backup that was stopped', error: new BackupError('cancelled', 'x'), code: 'HF-RUN-INTERRUPTED' },
    { title: 'a restore that was stopped', error: new RestoreError('cancelled', 'x'), code: 'HF-RUN-INTERRUPTED' },
    { title: 'anything that was stopped', error: aborted, code: 'HF-RUN-INTERRUPTED' },
    {
      title: 'a place that cannot be written',
      error: new RestoreError('destination-unusable', 'x'),
      code: 'HF-DESTINATION-UNUSABLE',
    },
    { title: 'two names in one place', error: new RestoreError('ambiguous-selection', 'x'), code: 'HF-USAGE', exitCode: 2 },
    { title: 'a full disk', error: withCode('ENOSPC'), code: 'HF-DISK-FULL-HERE' },
    {
      title: 'a mistake of ours',
      error: new TypeError('x is not a function'),
      code: 'HF-AGENT-INTERNAL',
      detail: 'x is not a function',
    },
    { title: 'something that is no error', error: 'text', code: 'HF-AGENT-INTERNAL', detail: 'text' },
  ] as const)('$title', ({ title: _, error, code, ...more }) => {
    const { who, exitCode } = agentCatalogue[code]
    expect(explainError(error)).toMatchObject({ code, who, exitCode, hint: expect.stringMatching(/\w/), ...more })
  })

  test('the box’s words stay the box’s words, with what belongs to the case', () => {
    const refusal = {
      code: 'HF-CUSTOMER-NEEDED',
      title: 'T',
      status: 422,
      detail: 'd',
      hint: 'h',
      who: 'you',
      requestId: 'r',
      customers: ['C-000001'],
    }
    expect(explainError(new RefusedError(refusal))).toEqual({
      ...{ code: 'HF-CUSTOMER-NEEDED', title: 'T', detail: 'd', hint: 'h', who: 'you', requestId: 'r', exitCode: 1 },
      members: { status: 422, customers: ['C-000001'] },
    })
  })

  test('a box that says little is still explained', () => {
    expect(explainError(new RefusedError({ code: 'HF-X', title: 'T', status: 500 }))).toMatchObject({
      detail: 'T',
      who: 'administrator',
      hint: '',
    })
  })
})
