/** Small neighbours become one piece: headers and small files are not worth a write each. Large ones stay as they are. Pure. */

const smallBytes = 16 * 1024
const joinedMaxBytes = 64 * 1024

export function joinedPieces(pieces: readonly Buffer[]): readonly Buffer[] {
  const joined: Buffer[] = []
  let held: Buffer[] = []
  let heldBytes = 0
  const release = () => {
    if (held.length > 0) joined.push(held.length === 1 ? held[0]! : Buffer.concat(held, heldBytes))
    held = []
    heldBytes = 0
  }
  for (const piece of pieces) {
    if (piece.length > smallBytes || heldBytes + piece.length > joinedMaxBytes) release()
    if (piece.length > smallBytes) {
      joined.push(piece)
    } else {
      held.push(piece)
      heldBytes += piece.length
    }
  }
  release()
  return joined
}
