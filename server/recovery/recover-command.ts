import { resolve } from 'node:path'
import { z } from 'zod'
import { defineLoneCommand, exitCodes } from '../cli/command.ts'
import { createServices } from '../services.ts'
import { askForSecret, secretOfKitFile } from './ask-secret.ts'
import { demandSource } from './list-source.ts'
import { recoveredSettingsFile } from './put-keys.ts'
import { recoverBox } from './recover-box.ts'
import { removeRecoveryMarker } from './recovery-marker.ts'

const inputSchema = z.object({ from: z.string(), secret: z.base64() })

/** `holdfast recover`: the only command that makes a box instead of finding one. */
export const recoverCommand = defineLoneCommand({
  name: 'recover',
  words: [{ name: 'FROM', about: 'a copy of the box: it holds the folders self and repositories' }],
  options: [
    {
      name: 'recovery-kit',
      value: 'FILE',
      about: 'the server’s kit as txt or html, or a file with its code; asks for the code unless given',
    },
  ],
  about:
    'Makes a box out of a copy of its disk (the second copy, or the old data folder) and the server’s recovery kit: people sign in,\n' +
    'computers go on, files are restored. HOLDFAST_DATA names the new data folder, which must be empty. The copy is only read.\n' +
    'When it is broken off, the same command goes on.',
  input: inputSchema,
  prepare: async ({ given }) => {
    const from = resolve(String(given.FROM))
    // Nobody shall type a code of 65 signs to learn that the disk is not connected.
    demandSource(from)
    const kit = given['recovery-kit']
    const secret = typeof kit === 'string' ? secretOfKitFile(kit) : await askForSecret()
    return { from, secret: secret.toString('base64') }
  },
  runAlone: async ({ from, secret }, alone) => {
    const serverSecret = Buffer.from(secret, 'base64')
    const { box, people } = await recoverBox({ ...alone, from, serverSecret })
    await using _box = box
    await using services = await createServices(box)
    alone.report('Making the index of what is stored anew.')
    const { repositories, refused } = await services.rebuild.rebuild({ signal: alone.signal })
    await services.selfBackups.run()
    removeRecoveryMarker(box.dataFolder)
    box.reached('recover:ended')
    const versions = repositories.reduce((sum, repository) => sum + repository.versions, 0)
    const isWhole = refused.length === 0 && people.copied.damagedCount === 0
    return {
      result: {
        ...people,
        dataFolder: box.dataFolder,
        versions,
        refused,
        settingsFile: recoveredSettingsFile(box.dataFolder) ?? null,
      },
      exitCode: isWhole ? exitCodes.ok : exitCodes.partly,
    }
  },
  present: ({ boxId, madeAtMs, dataFolder, versions, copied, refused, settingsFile }) => {
    const asOf = new Date(madeAtMs).toISOString().slice(0, 16).replace('T', ' ')
    const lines = [
      `The box ${boxId} is back in ${dataFolder}: backups of ${countOf(copied.repositories, 'customer')}, ${countOf(versions, 'version')}, people as of ${asOf} UTC.`,
      ...copied.damaged.map((name) => `Damaged in the copy, and taken over as it is: ${name}`),
      ...(copied.damagedCount > copied.damaged.length ? [`… ${copied.damagedCount} damaged in all`] : []),
      ...refused.map(({ folder, why }) => `Not taken in: repositories/${folder}: ${why}`),
      ...(copied.damagedCount > 0 ? ['See what that costs: holdfast check --data'] : []),
      ...(settingsFile === null
        ? []
        : [`The settings of the old computer are in ${settingsFile}. Look them over, and call it holdfast.env.`]),
      'Start it with the same HOLDFAST_DATA: npm start. Nothing old is removed until the rebuild is confirmed on the page Storage.',
    ]
    return { text: lines.join('\n') }
  },
})

function countOf(count: number, one: string): string {
  return `${count} ${count === 1 ? one : `${one}s`}`
}
