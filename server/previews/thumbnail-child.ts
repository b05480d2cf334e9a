/**
 * Draws small copies of pictures, in a process of its own: what decodes other people's files may fall over, or be made to do what it
 * should not. It is started without rights to files, network and other programs (thumbnailer.ts); all it has is its input and output.
 *
 *   in    u32 length, u8 size (0 small, 1 large), the picture
 *   out   u32 length (0: it cannot be drawn), WebP
 */
import sharp from 'sharp'
import { FrameReader, frameOf } from './frames.ts'

/** More than any camera makes; a picture that says it has more is not opened. */
const maxPixels = 80_000_000

sharp.cache(false)
sharp.concurrency(1)
// Only from memory, and only these: nothing that could name other files is ever asked.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map((kind) => `VipsForeignLoad${kind}Buffer`),
})

const reader = new FrameReader()
/** One after another, in the order in which they came. */
let last = Promise.resolve()

process.stdin.on('data', (bytes: Buffer) => {
  for (const frame of reader.push(bytes)) {
    last = last.then(async () => {
      process.stdout.write(frameOf(await draw(frame.subarray(1), frame[0] === 1)))
    })
  }
})
process.stdin.on('end', () => process.exit(0))

async function draw(picture: Buffer, isLarge: boolean): Promise<Buffer> {
  try {
    const opened = sharp(picture, { limitInputPixels: maxPixels, failOn: 'error', sequentialRead: true, pages: 1 }).autoOrient()
    const sized = isLarge
      ? opened.resize(1600, 1600, { fit: 'inside', withoutEnlargement: true })
      : opened.resize(96, 96, { fit: 'cover', position: 'attention' })
    // Nothing shines through: the drawing of a file lies beneath.
    return await sized
      .flatten({ background: '#ffffff' })
      .webp({ quality: isLarge ? 80 : 70, effort: 2 })
      .toBuffer()
  } catch {
    return Buffer.alloc(0)
  }
}
