import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { copies, iconNames, iconShapeOf, readPackageFile } from '../../scripts/vendor.ts'
import { iconShapes } from '../../views/icons/shapes.ts'

const root = join(import.meta.dirname, '../..')

describe('what the pages use of other people’s packages', () => {
  test.each(Object.entries(copies))('%s is in the tree as %s', (from, to) => {
    expect(readFileSync(join(root, to)).equals(readPackageFile(from))).toBe(true)
  })

  test('icons have the shapes of the pinned package', () => {
    expect(iconShapes).toEqual(Object.fromEntries(iconNames.map((name) => [name, iconShapeOf(name)])))
  })

  test('every icon is drawn somewhere', () => {
    const views = readdirSync(join(root, 'views'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('shapes.ts'))
      .map((file) => readFileSync(join(root, 'views', file), 'utf8'))
      .join('\n')
    expect(iconNames.filter((name) => !views.includes(`'${name}'`))).toEqual([])
  })
})
