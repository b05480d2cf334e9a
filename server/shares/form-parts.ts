/**
 * A form with files as its parts, one after the other, while its bytes arrive. @fastify/busboy reads it: nothing is kept but the piece at
 * hand, and the sender waits while nobody takes it. A body that ends before its form does is cut off, never a shorter one.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy'
import { type DeliveredPart, DeliveryError } from './delivery.ts'

/** Beyond what any link takes: the link's own limits come first. */
const formLimits = {
  files: 20_000,
  fields: 16,
  parts: 20_016,
  fieldSize: 4096,
  headerPairs: 64,
  headerSize: 16 * 1024,
} as const

/**
 * The body is not closed: who gives up in the middle still has somebody to answer.
 * @throws DeliveryError `malformed`, `cut-off`, `too-many-files`
 */
export async function* formParts(body: Readable, headers: IncomingHttpHeaders): AsyncGenerator<DeliveredPart, void, undefined> {
  const coming = new ComingParts(openForm(headers))
  const onCut = (cause?: Error) => coming.fail(cutOff(cause))
  const onClose = () => {
    if (!body.readableEnded) onCut()
  }
  body.on('error', onCut).on('close', onClose)
  if (body.destroyed) onCut()
  body.pipe(coming.form)
  try {
    for (let part = await coming.next(); part !== undefined; part = await coming.next()) yield part
  } finally {
    body.unpipe(coming.form)
    body.off('close', onClose)
  }
}

/** What has been read and not yet been taken: at most what one piece of the body held. */
class ComingParts {
  readonly form: BusboyInstance
  private readonly waiting: DeliveredPart[] = []
  private isOver = false
  private failure: DeliveryError | undefined
  private wake: (() => void) | undefined
  private reading: Readable | undefined

  constructor(form: BusboyInstance) {
    this.form = form
    form.on('field', (name, value) => this.add({ kind: 'field', name, value }))
    form.on('file', (_field, content, name) => this.addFile(content, name))
    form.on('error', (cause) => this.fail(cutOff(cause)))
    form.on('finish', () => {
      this.isOver = true
      this.wake?.()
    })
    const tooMany = () => this.fail(new DeliveryError('too-many-files', 'More files than a form can hold.'))
    const tooManyFields = () => this.fail(new DeliveryError('malformed', 'The form has more fields than the one on the page.'))
    form.on('filesLimit', tooMany).on('partsLimit', tooMany).on('fieldsLimit', tooManyFields)
  }

  /** A cut in the middle of a file does not end its stream: whoever reads it must not wait for more. */
  fail(error: DeliveryError): void {
    this.failure ??= error
    this.reading?.destroy(this.failure)
    this.wake?.()
  }

  /** Undefined after the last. */
  async next(): Promise<DeliveredPart | undefined> {
    for (;;) {
      if (this.failure !== undefined) throw this.failure
      const part = this.waiting.shift()
      if (part !== undefined || this.isOver) return part
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    }
  }

  private add(part: DeliveredPart): void {
    this.waiting.push(part)
    this.wake?.()
  }

  private addFile(content: Readable, name: string | undefined): void {
    // Said by the form as well; without a listener it would end the process.
    content.on('error', () => {})
    // A file field in which nothing was chosen.
    if (name === undefined || name === '') content.resume()
    else this.add({ kind: 'file', name: unescaped(name), content: this.piecesOf(content) })
  }

  private async *piecesOf(content: Readable): AsyncGenerator<Uint8Array> {
    this.reading = content
    try {
      for await (const piece of content) {
        if (this.failure !== undefined) throw this.failure
        yield piece as Uint8Array
      }
      if (this.failure !== undefined) throw this.failure
    } catch (cause) {
      throw this.failure ?? cutOff(cause)
    } finally {
      this.reading = undefined
    }
  }
}

function cutOff(cause: unknown): DeliveryError {
  return new DeliveryError('cut-off', 'The connection ended before the files did.', { cause })
}

function openForm(headers: IncomingHttpHeaders): BusboyInstance {
  if (!/^multipart\/form-data\s*;/i.test(headers['content-type'] ?? ''))
    throw new DeliveryError('malformed', 'Files are sent with the form on the page.')
  try {
    return new Busboy({ headers: headers as BusboyHeaders, limits: formLimits, preservePath: true, defCharset: 'utf8' })
  } catch (cause) {
    throw new DeliveryError('malformed', 'The form cannot be read.', { cause })
  }
}

/** Browsers write these three so, and nothing else. */
function unescaped(name: string): string {
  return name.replaceAll(/%(22|0D|0A)/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}
