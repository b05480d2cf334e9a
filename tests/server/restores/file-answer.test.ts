import { describe, expect, test } from 'vitest'
import { answerFile } from '../../../server/restores/file-answer.ts'

const file = {
  name: Buffer.from('03 March.xlsx'),
  sizeBytes: 1000,
  changedAtMs: Date.UTC(2026, 2, 24, 18, 1),
  identity: 'snap_a/03 March.xlsx',
}
const { etag } = answerFile({}, file).headers as { etag: string }

describe('the answer to a request for one file', () => {
  test('the whole file, to be saved and never shown as a page of the box', () => {
    expect(answerFile({}, file)).toEqual({
      status: 200,
      bytes: { start: 0, end: 1000 },
      headers: {
        etag,
        'accept-ranges': 'bytes',
        'cache-control': 'private, no-cache',
        'content-type': 'application/octet-stream',
        'content-security-policy': "default-src 'none'; sandbox",
        'last-modified': 'Tue, 24 Mar 2026 18:01:00 GMT',
        'content-disposition': `attachment; filename="03 March.xlsx"; filename*=UTF-8''03%20March.xlsx`,
        'content-length': '1000',
      },
    })
  })

  test('a part, with where it lies', () => {
    const answer = answerFile({ range: 'bytes=100-199' }, file)
    expect(answer.status).toBe(206)
    expect(answer.bytes).toEqual({ start: 100, end: 200 })
    expect(answer.headers).toMatchObject({ 'content-range': 'bytes 100-199/1000', 'content-length': '100', etag })
  })

  test('a part behind the end', () => {
    const answer = answerFile({ range: 'bytes=1000-' }, file)
    expect(answer).toMatchObject({ status: 416, bytes: undefined })
    expect(answer.headers['content-range']).toBe('bytes */1000')
  })

  test('If-Range lets a download go on only when it is the same file', () => {
    expect(answerFile({ range: 'bytes=100-', ifRange: etag }, file).status).toBe(206)
    expect(answerFile({ range: 'bytes=100-', ifRange: '"another"' }, file)).toMatchObject({
      status: 200,
      bytes: { start: 0, end: 1000 },
    })
    expect(answerFile({ range: 'bytes=100-', ifRange: `W/${etag}` }, file).status).toBe(200)
    expect(answerFile({ range: 'bytes=100-', ifRange: 'Tue, 24 Mar 2026 18:01:00 GMT' }, file).status).toBe(200)
  })

  test('who has it already is told so', () => {
    expect(answerFile({ ifNoneMatch: `"x", W/${etag}` }, file)).toMatchObject({ status: 304, bytes: undefined })
    expect(answerFile({ ifNoneMatch: '"x"' }, file).status).toBe(200)
  })

  test('the tag belongs to one version and one place', () => {
    const other = answerFile({}, { ...file, identity: 'snap_b/03 March.xlsx' }).headers.etag
    expect(other).not.toBe(etag)
  })

  test('an empty file, and one of a year that HTTP cannot write', () => {
    const answer = answerFile({}, { ...file, sizeBytes: 0, changedAtMs: Date.UTC(12_000, 0, 1) })
    expect(answer).toMatchObject({ status: 200, bytes: { start: 0, end: 0 } })
    expect(answer.headers).not.toHaveProperty('last-modified')
  })
})
