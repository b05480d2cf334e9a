/** The processes that draw: what they make, and what becomes of those that hang, fall over or are not meant well. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FrameReader, frameOf } from '../../../server/previews/frames.ts'
import { createThumbnailer, type Thumbnailer } from '../../../server/previews/thumbnailer.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

let home: ReturnType<typeof temporaryFolder>
let thumbnailer: Thumbnailer | undefined

beforeEach(() => {
  home = temporaryFolder()
})
afterEach(async () => {
  await thumbnailer?.[Symbol.asyncDispose]()
  home[Symbol.dispose]()
})

const picture = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: '#3366aa' } })

/** A child of the test's own, without the box's limits of rights but under all others. */
function withChild(program: string, timeoutMs = 60_000): Thumbnailer {
  const childFile = join(home.path, 'child.mjs')
  writeFileSync(childFile, program)
  return createThumbnailer({ childFile, timeoutMs })
}

describe('the real one', () => {
  test('draws what browsers and cameras make, small and square or large, upright', async () => {
    thumbnailer = createThumbnailer()
    const jpeg = await picture(400, 200).jpeg().withMetadata({ orientation: 6 }).toBuffer()
    const small = await thumbnailer.draw(async () => jpeg, 'small')
    expect(await sharp(small).metadata()).toMatchObject({ format: 'webp', width: 96, height: 96 })
    const large = await thumbnailer.draw(async () => jpeg, 'large')
    expect(await sharp(large).metadata()).toMatchObject({ format: 'webp', width: 200, height: 400 })
    for (const format of ['png', 'gif', 'webp', 'tiff', 'avif'] as const) {
      const made = await picture(300, 300).toFormat(format).toBuffer()
      expect((await thumbnailer.draw(async () => made, 'small'))?.length, format).toBeGreaterThan(30)
    }
  })

  test('draws nothing of what is no picture, is cut off, lies about its size, or names other files', async () => {
    thumbnailer = createThumbnailer()
    const png = await picture(2000, 2000).png().toBuffer()
    const huge = Buffer.from(png)
    huge.writeUInt32BE(60_000, 16)
    huge.writeUInt32BE(60_000, 20)
    const drawing = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="/etc/hostname"/></svg>',
    )
    for (const bad of [Buffer.from('no picture'), png.subarray(0, png.length / 2), huge, drawing, Buffer.alloc(0)])
      expect(await thumbnailer.draw(async () => bad, 'small')).toEqual(Buffer.alloc(0))
    expect((await thumbnailer.draw(async () => png, 'small'))?.length).toBeGreaterThan(30)
  })

  test('has no right to files, network and other programs', async () => {
    const told = await asChild(`
      const tried = async (what) => { try { await what(); return 'allowed' } catch (error) { return error.code } }
      const fs = await import('node:fs'), net = await import('node:net'), run = await import('node:child_process'), threads = await import('node:worker_threads')
      return [
        await tried(() => fs.readFileSync('/etc/hostname')),
        await tried(() => fs.writeFileSync('${join(home.path, 'x')}', '')),
        await tried(() => run.execFileSync('id')),
        await tried(() => new threads.Worker('', { eval: true })),
        await tried(() => new Promise((resolve, reject) => net.connect(80, '127.0.0.1').on('connect', resolve).on('error', reject))),
        Object.keys(process.env).length,
      ]`)
    expect(told).toEqual([...Array(5).fill('ERR_ACCESS_DENIED'), 0])
  })
})

/** What a program gives back that runs as the child does. */
async function asChild(program: string): Promise<unknown> {
  thumbnailer = withChild(`
    const told = await (async () => {${program}})()
    const text = Buffer.from(JSON.stringify(told))
    const head = Buffer.alloc(4)
    head.writeUInt32LE(text.length)
    process.stdin.once('data', () => process.stdout.write(Buffer.concat([head, text])))`)
  const answer = await thumbnailer.draw(async () => Buffer.from('x'), 'small')
  return JSON.parse(answer!.toString())
}

describe('a process that', () => {
  test('hangs is ended, and the picture counts as one that cannot be drawn', async () => {
    thumbnailer = withChild('process.stdin.resume(); setInterval(() => {}, 1000)', 200)
    expect(await thumbnailer.draw(async () => Buffer.from('x'), 'small')).toEqual(Buffer.alloc(0))
  })

  test('falls over takes one picture with it, and the next has another process', async () => {
    thumbnailer = withChild(`process.stdin.once('data', () => process.exit(3))`)
    for (let count = 0; count < 3; count += 1)
      expect(await thumbnailer.draw(async () => Buffer.from('x'), 'small')).toEqual(Buffer.alloc(0))
  })

  test('answers with more than a picture can be is ended', async () => {
    thumbnailer = withChild(`process.stdin.once('data', () => process.stdout.write(Buffer.alloc(64, 255)))`)
    expect(await thumbnailer.draw(async () => Buffer.from('x'), 'small')).toEqual(Buffer.alloc(0))
  })

  test('works is one of two at most; those who wait are counted, and the rest are sent away', async () => {
    thumbnailer = withChild('process.stdin.resume(); setInterval(() => {}, 1000)')
    let reading = 0
    const never = () => {
      reading += 1
      return new Promise<Buffer>(() => {})
    }
    const asked = Array.from({ length: 102 }, () => thumbnailer!.draw(never, 'small'))
    expect(await thumbnailer.draw(never, 'small')).toBeUndefined()
    expect(reading).toBe(2)
    expect(asked).toHaveLength(102)
  })
})

test('messages come whole, however they are cut', () => {
  const sent = Buffer.concat([frameOf(Buffer.of(1), Buffer.from('one')), frameOf(), frameOf(Buffer.from('three'))])
  for (let size = 1; size <= sent.length; size += 1) {
    const reader = new FrameReader()
    const got: string[] = []
    for (let at = 0; at < sent.length; at += size)
      got.push(...reader.push(sent.subarray(at, at + size)).map((frame) => frame.toString('latin1')))
    expect(got).toEqual(['\x01one', '', 'three'])
  }
})
