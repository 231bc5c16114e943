import { describe, expect, it } from 'vitest'
import { parseCheckpoint } from './checkpoint.js'
import { EMPTY_ROOT } from './merkle.js'
import { formatVerifierKey } from './note.js'
import { judgeCheckpoint, parsePolicy, trustLog } from './policy.js'
import { makeCheckpoint, makeKey } from './test-keys.js'

const ORIGIN = 'epr.example.org/log'
const log = makeKey(ORIGIN)
const [x1, x2, x3, y] = ['x1', 'x2', 'x3', 'y'].map((name) => makeKey(`${name}.example.org`, 'cosigner'))
if (!x1 || !x2 || !x3 || !y) throw new Error('there are four')

const POLICY = `# whom we trust
log ${formatVerifierKey(log.key)} https://epr.example.org/api/v1/log

\twitness X1 ${formatVerifierKey(x1.key)}
witness X2 ${formatVerifierKey(x2.key)}
witness X3 ${formatVerifierKey(x3.key)} https://witness.example.org
group X 2 X1 X2 X3
witness Y ${formatVerifierKey(y.key)}
group X-and-Y all X Y
quorum X-and-Y
`

const head = { origin: ORIGIN, size: 7, root: EMPTY_ROOT }
const judge = (keys: readonly (typeof log)[], policy = parsePolicy(POLICY)) =>
  judgeCheckpoint(parseCheckpoint(makeCheckpoint(head, keys)), policy)

describe('a policy', () => {
  it('trusts what its log has signed and enough witnesses have seen', () => {
    expect(judge([log, x1, x3, y])).toMatchObject({
      trusted: true,
      log: { name: ORIGIN },
      witnesses: [{ name: 'X1', time: 1_764_000_000 }, { name: 'X3' }, { name: 'Y' }],
    })
  })

  it.each([
    ['too few of a group', [log, x1, y], 'it was seen by X1, Y, which is fewer than the policy asks for'],
    ['none', [log], 'it was seen by no witness, which is fewer'],
    ['no log', [x1, x2, y], `no key of ${ORIGIN} that is trusted has signed it`],
    ['another log of that name', [makeKey(ORIGIN), x1, x2, y], 'no key of'],
  ])('does not trust what was signed by %s', (_, keys, reason) => {
    expect(judge(keys)).toEqual({ trusted: false, reason: expect.stringContaining(reason) })
  })

  it('of one log asks for no witness, and takes no other log', () => {
    expect(judge([log], trustLog(log.key))).toMatchObject({ trusted: true, witnesses: [] })
    expect(judge([log], trustLog(makeKey('other.example.org').key))).toEqual({
      trusted: false,
      reason: `it is of the log ${ORIGIN}, and none of that name is trusted`,
    })
  })

  it('does not trust a note in which a key that it knows has signed another text', () => {
    const other = makeCheckpoint({ ...head, size: 8 }, [log, x1, x2, y]).split('\n')
    const ours = makeCheckpoint(head, [log, x1, x2, y]).split('\n')
    const mixed = (line: number) => parseCheckpoint(ours.with(line, other[line] ?? '').join('\n'))
    expect(judgeCheckpoint(mixed(4), parsePolicy(POLICY))).toMatchObject({
      reason: expect.stringContaining('is not of this text'),
    })
    expect(judgeCheckpoint(mixed(5), parsePolicy(POLICY))).toMatchObject({
      reason: expect.stringContaining('the cosignature of X1'),
    })
  })

  it.each([
    [
      'a word that is none',
      `${POLICY}qourum none`,
      'line 11 of the policy: "qourum" is none of log, witness',
    ],
    ['no quorum', POLICY.replace(/quorum.*/, ''), 'the policy has no quorum'],
    ['two', `${POLICY}quorum none`, 'line 11 of the policy: there is a quorum already'],
    [
      'a member that is not there',
      POLICY.replace('2 X1', '2 X7'),
      'line 7 of the policy: there is no witness or group "X7"',
    ],
    ['a member twice', POLICY.replace('all X Y', 'all X1 Y'), 'line 9 of the policy: X1 is a member already'],
    [
      'more than there are',
      POLICY.replace('X 2', 'X 4'),
      'line 7 of the policy: 4 is not all, any, or a number up to 3',
    ],
    ['a name twice', POLICY.replace('witness Y', 'witness X'), 'line 8 of the policy: the name X is taken'],
    [
      'a key of a log as a witness',
      POLICY.replace(formatVerifierKey(y.key), formatVerifierKey(log.key)),
      'is of a signer',
    ],
    ['a key twice', POLICY.replace(formatVerifierKey(y.key), formatVerifierKey(x1.key)), 'is there already'],
    [
      'a key that is cut',
      POLICY.replace(formatVerifierKey(y.key), 'x+1'),
      'line 8 of the policy: a key must be like',
    ],
    ['a group of nobody', POLICY.replace('2 X1 X2 X3', '2'), 'write: group NAME all|any|NUMBER MEMBER…'],
  ])('with %s is refused, with the line', (_, text, problem) => {
    expect(() => parsePolicy(text)).toThrow(problem)
  })
})
