import { EprError } from '@epr/model'
import { areEqual } from './bytes.js'
import type { Checkpoint } from './checkpoint.js'
import { parseVerifierKey, type VerifierKey, verdictOf } from './note.js'

/** Who must have seen a checkpoint: a witness, or so many of a group's members. */
export type Quorum =
  | { kind: 'none' }
  | { kind: 'witness'; name: string; key: VerifierKey }
  | { kind: 'group'; name: string; least: number; members: Quorum[] }

/** Whom one trusts (C2SP tlog-policy). */
export interface Policy {
  logs: VerifierKey[]
  witnesses: { name: string; key: VerifierKey }[]
  quorum: Quorum
}

/** A policy that trusts one log, and asks for no witness. */
export const trustLog = (key: VerifierKey): Policy => ({
  logs: [key],
  witnesses: [],
  quorum: { kind: 'none' },
})

const SPACES = /[ \t]+/

const bad = (problem: string) => new EprError('INVALID_ARGUMENT', problem)

type Named = Exclude<Quorum, { kind: 'none' }>

const isWitness = (named: Named): named is Extract<Named, { kind: 'witness' }> => named.kind === 'witness'

/** Takes lines of a policy, and has what they say so far. */
function createReading() {
  const logs: VerifierKey[] = []
  const named = new Map<string, Named>()
  const members = new Set<string>()
  let quorum: Quorum | undefined

  function readKey(text: string, kind: VerifierKey['kind'], others: readonly VerifierKey[]): VerifierKey {
    const key = parseVerifierKey(text)
    if (key.kind !== kind) throw bad(`the key ${key.name} is of a ${key.kind}, and not of a ${kind}`)
    if (others.some(({ publicKey }) => areEqual(publicKey, key.publicKey)))
      throw bad(`the key ${key.name} is there already`)
    return key
  }

  function find(name: string): Named {
    const known = named.get(name)
    if (!known) throw bad(`there is no witness or group ${JSON.stringify(name)} in a line before`)
    return known
  }

  function give(name: string, what: Named): void {
    if (name === 'none' || named.has(name)) throw bad(`the name ${name} is taken`)
    named.set(name, what)
  }

  const witnesses = () => [...named.values()].filter(isWitness)

  function join(name: string): Named {
    const known = find(name)
    if (members.has(name)) throw bad(`${name} is a member already`)
    members.add(name)
    return known
  }

  function readLeast(text: string, count: number): number {
    if (text === 'all') return count
    const least = text === 'any' ? 1 : Number(/^[1-9]\d{0,3}$/.exec(text)?.[0])
    if (!(least <= count)) throw bad(`${text} is not all, any, or a number up to ${count}`)
    return least
  }

  const readers: Record<string, (words: string[]) => void> = {
    log([vkey, _url, ...more]) {
      if (vkey === undefined || more.length > 0) throw bad('write: log KEY [URL]')
      logs.push(readKey(vkey, 'signer', logs))
    },
    witness([name, vkey, _url, ...more]) {
      if (name === undefined || vkey === undefined || more.length > 0)
        throw bad('write: witness NAME KEY [URL]')
      const others = witnesses().map(({ key }) => key)
      give(name, { kind: 'witness', name, key: readKey(vkey, 'cosigner', others) })
    },
    group([name, least, ...names]) {
      if (name === undefined || least === undefined || names.length === 0)
        throw bad('write: group NAME all|any|NUMBER MEMBER…')
      const found = names.map(join)
      give(name, { kind: 'group', name, least: readLeast(least, found.length), members: found })
    },
    quorum([name, ...more]) {
      if (name === undefined || more.length > 0) throw bad('write: quorum NAME, or quorum none')
      if (quorum) throw bad('there is a quorum already')
      quorum = name === 'none' ? { kind: 'none' } : find(name)
    },
  }

  return {
    read([word = '', ...rest]: string[]): void {
      const read = Object.hasOwn(readers, word) ? readers[word] : undefined
      if (!read) throw bad(`${JSON.stringify(word)} is none of ${Object.keys(readers).join(', ')}`)
      read(rest)
    },
    toPolicy(): Policy {
      if (!quorum)
        throw bad('the policy has no quorum: end it with "quorum NAME", or with "quorum none" for no witness')
      return { logs, witnesses: witnesses().map(({ name, key }) => ({ name, key })), quorum }
    },
  }
}

/** Reads a policy. @throws EprError INVALID_ARGUMENT with the line that is wrong, and how it is written */
export function parsePolicy(text: string): Policy {
  const reading = createReading()
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.split(SPACES).filter((word) => word !== '')
    if (words.length === 0 || words[0]?.startsWith('#')) continue
    try {
      reading.read(words)
    } catch (error) {
      if (!(error instanceof EprError)) throw error
      throw bad(`line ${index + 1} of the policy: ${error.message}`)
    }
  }
  return reading.toPolicy()
}

/** What a policy says of a checkpoint. */
export type Judgement =
  | { trusted: true; log: VerifierKey; witnesses: { name: string; time: number }[] }
  | { trusted: false; reason: string }

function isMet(quorum: Quorum, seenBy: ReadonlySet<string>): boolean {
  if (quorum.kind === 'none') return true
  if (quorum.kind === 'witness') return seenBy.has(quorum.name)
  return quorum.members.filter((member) => isMet(member, seenBy)).length >= quorum.least
}

/** Whether a log that is trusted has signed a checkpoint, and as many witnesses have seen it as must. */
export function judgeCheckpoint({ origin, note }: Checkpoint, policy: Policy): Judgement {
  const refuse = (reason: string): Judgement => ({ trusted: false, reason })
  const ofLogs = policy.logs
    .filter(({ name }) => name === origin)
    .map((key) => ({ key, verdict: verdictOf(note, key) }))
  const forged = ofLogs.find(({ verdict }) => verdict.state === 'bad')
  if (forged) return refuse(`the signature of ${forged.key.name} (${forged.key.id}) is not of this text`)
  const signed = ofLogs.find(({ verdict }) => verdict.state === 'good')
  if (!signed)
    return refuse(
      policy.logs.some(({ name }) => name === origin)
        ? `no key of ${origin} that is trusted has signed it`
        : `it is of the log ${origin}, and none of that name is trusted`,
    )
  const seen = policy.witnesses.map(({ name, key }) => ({ name, key, verdict: verdictOf(note, key) }))
  const liar = seen.find(({ verdict }) => verdict.state === 'bad')
  if (liar) return refuse(`the cosignature of ${liar.name} (${liar.key.id}) is not of this text`)
  const witnesses = seen.flatMap(({ name, verdict }) =>
    verdict.state === 'good' ? [{ name, time: verdict.time ?? 0 }] : [],
  )
  if (!isMet(policy.quorum, new Set(witnesses.map(({ name }) => name)))) {
    const names = witnesses.map(({ name }) => name).join(', ')
    return refuse(
      `it was seen by ${names === '' ? 'no witness' : names}, which is fewer than the policy asks for`,
    )
  }
  return { trusted: true, log: signed.key, witnesses }
}
