// A name beside one that is taken: "report (restored).docx", then "report (restored 2).docx".

/** What every usual file system can hold. */
export const localNameMaxBytes = 255
/** Names tried before giving up. */
export const besideTriesMax = 100
const dot = 0x2e

export function besideName(name: Buffer, attempt: number): Buffer {
  const mark = Buffer.from(attempt === 1 ? ' (restored)' : ` (restored ${attempt})`)
  const dotAt = name.lastIndexOf(dot)
  const hasExtension = dotAt > 0 && name.length - dotAt <= 16
  const extension = hasExtension ? name.subarray(dotAt) : Buffer.alloc(0)
  const stem = hasExtension ? name.subarray(0, dotAt) : name
  const room = localNameMaxBytes - mark.length - extension.length
  return Buffer.concat([stem.subarray(0, wholeCharacters(stem, room)), mark, extension])
}

/** The longest start of at most `room` bytes that does not cut a UTF-8 character in two. */
function wholeCharacters(bytes: Buffer, room: number): number {
  if (bytes.length <= room) return bytes.length
  let end = room
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--
  return end
}
