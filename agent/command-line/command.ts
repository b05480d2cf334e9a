import type { ExitCode } from './exit-code.ts'
import type { Program } from './program.ts'

/** One option of a command, as parsed and as shown by --help. */
export type OptionDefinition =
  | { readonly kind: 'flag'; readonly about: string }
  | { readonly kind: 'value'; readonly value: string; readonly about: string }
  | { readonly kind: 'values'; readonly value: string; readonly about: string }
  /** Known, and not built yet: absent from help, answered with HF-NOT-IN-THIS-VERSION. */
  | { readonly kind: 'later'; readonly takesValue: boolean }

export type OptionDefinitions = Readonly<Record<string, OptionDefinition>>

type OptionValue<Definition extends OptionDefinition> = Definition['kind'] extends 'flag'
  ? boolean
  : Definition['kind'] extends 'values'
    ? readonly string[]
    : string | undefined

export type OptionValues<Options extends OptionDefinitions> = { readonly [Name in keyof Options]: OptionValue<Options[Name]> }

export interface Given<Options extends OptionDefinitions> {
  readonly options: OptionValues<Options>
  readonly words: readonly string[]
}

export interface CommandDefinition<Options extends OptionDefinitions> {
  readonly name: string
  /** What stands after the name in the usage line: `PATH… [options]`. */
  readonly usage: string
  /** Sentences of --help. */
  readonly about: string
  readonly options: Options
  /** With --json: one object, or one per line as things happen, the last of them the summary. */
  readonly answers: 'object' | 'events'
  /** How many words may stand beside the options. */
  readonly words: { readonly min: number; readonly max: number }
  readonly examples: readonly string[]
  readonly run: (program: Program, given: Given<Options>) => Promise<ExitCode>
}

/** A command whose options' types are known to itself only. */
export type Command = CommandDefinition<OptionDefinitions>

/** Ties the types of a command's options to what its `run` is given. */
export function defineCommand<const Options extends OptionDefinitions>(definition: CommandDefinition<Options>): Command {
  return definition as unknown as Command
}
