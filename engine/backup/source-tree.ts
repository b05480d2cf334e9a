// The folders above the sources: a version mirrors absolute paths, so what leads to a source is part of it.

export interface SourceNode {
  /** Name bytes below the parent; empty for the root. */
  readonly name: Buffer
  /** True: walked whole. False: only its children here are. */
  isSource: boolean
  readonly children: SourceNode[]
}

const slash = 0x2f

/** Absolute paths to a tree; a source inside another adds nothing. Windows drives (`C:`) are first names. */
export function sourceTree(sources: readonly Buffer[]): SourceNode {
  const root: SourceNode = { name: Buffer.alloc(0), isSource: false, children: [] }
  for (const source of sources) {
    let node = root
    for (const name of splitPath(source)) {
      if (node.isSource) break
      let child = node.children.find((known) => known.name.equals(name))
      if (!child) {
        child = { name, isSource: false, children: [] }
        node.children.push(child)
        node.children.sort((a, b) => Buffer.compare(a.name, b.name))
      }
      node = child
    }
    node.isSource = true
    node.children.length = 0
  }
  return root
}

export function splitPath(path: Buffer): Buffer[] {
  const names: Buffer[] = []
  let start = 0
  for (let at = 0; at <= path.length; at++) {
    if (at < path.length && path[at] !== slash) continue
    if (at > start) names.push(path.subarray(start, at))
    start = at + 1
  }
  return names
}
