/**
 * ECMA-262's regular expressions (what JSON Schema asks for, with the `u` flag) in RE2's syntax.
 * re2js brings a `translateRegExp`, but it lets through what means something else in RE2: `\s` and
 * `.` (ASCII only there), `\A`, `\Q`, `a{,5}`, `[[:alpha:]]`, and reads `\k<n>` as the letter k.
 * Where a pattern is not ECMA-262 but plain to RE2 and Go, as `(?i)` or `\_`, it is taken as that.
 *
 * @throws Error that says which construct there is no linear-time answer to.
 */
export function translatePattern(source: string): string {
  let out = ''
  let at = 0
  while (at < source.length) {
    const rest = source.slice(at, at + MAX_TOKEN)
    const [read, written] = source[at] === '[' ? translateClass(source, at) : translateToken(rest)
    at += read
    out += written
  }
  return out
}

/** Long enough for every token but a class and a group's name, which are cut where RE2 refuses them. */
const MAX_TOKEN = 80

type Step = readonly [read: number, written: string]

// ECMA-262 WhiteSpace and LineTerminator.
const SPACE =
  '\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}'
const NOT_SPACE =
  '\\x{0}-\\x{8}\\x{e}-\\x{1f}!-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}' +
  '\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}'

function translateToken(rest: string): Step {
  if (rest.startsWith('\\')) return translateEscape(rest, false)
  if (rest.startsWith('.')) return [1, '[^\\n\\r\\x{2028}\\x{2029}]']
  const group = /^\(\?(<?[=!]|<[^>]*>?)/.exec(rest)
  if (group?.[1] !== undefined && /[=!]$/.test(group[1]) && group[1].length <= 2) {
    throw new Error(`lookaround "${group[0]}" needs backtracking`)
  }
  if (group?.[1] !== undefined) return [group[0].length, `(?P${group[1]}`]
  // `{,5}` is literal text in ECMA-262 and a quantifier in newer RE2.
  if (rest.startsWith('{,')) return [2, '\\{,']
  return [1, rest.charAt(0)]
}

function translateClass(source: string, start: number): Step {
  const negated = source[start + 1] === '^'
  let at = start + (negated ? 2 : 1)
  let out = ''
  while (at < source.length && source[at] !== ']') {
    const rest = source.slice(at, at + MAX_TOKEN)
    const [read, written] = rest.startsWith('\\') ? translateEscape(rest, true) : [1, inClass(rest.charAt(0))]
    at += read
    out += written
  }
  if (at >= source.length) throw new Error('missing closing ]')
  const any = out === '' ? '\\x{0}-\\x{10ffff}' : out
  const isNegated = out === '' ? !negated : negated
  return [at + 1 - start, `[${isNegated ? '^' : ''}${any}]`]
}

/** `[`, `&` and `~` start set notation in other engines; in ECMA-262's `u` mode they are themselves. */
function inClass(char: string): string {
  return char === '[' || char === '^' ? `\\${char}` : char
}

function translateEscape(rest: string, isInClass: boolean): Step {
  const hex =
    /^\\(?:u\{([0-9a-f]+)\}|u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|u([0-9a-f]{4})|x([0-9a-f]{2}))/i.exec(
      rest,
    )
  if (hex !== null) return [hex[0].length, codePoint(hex)]
  const unicodeClass = /^\\([pP])\{(\^?[^}]*)\}/.exec(rest)
  if (unicodeClass !== null) {
    const [all, letter = 'p', name = ''] = unicodeClass
    return [all.length, `\\${letter}{${categoryOf(name)}}`]
  }
  const control = /^\\c([a-z])/i.exec(rest)
  if (control?.[1] !== undefined) return [3, `\\x{${(control[1].charCodeAt(0) % 32).toString(16)}}`]
  const char = rest.charAt(1)
  if (char === 's') return [2, isInClass ? SPACE : `[${SPACE}]`]
  if (char === 'S') return [2, isInClass ? NOT_SPACE : `[^${SPACE}]`]
  if (char === 'b' && isInClass) return [2, '\\x{8}']
  if (char === '0' && !/^\\0\d/.test(rest)) return [2, '\\x{0}']
  if (/[dDwWtnvfr]/.test(char) || (/[bB]/.test(char) && !isInClass)) return [2, `\\${char}`]
  if (/[1-9k]/.test(char)) throw new Error(`back-reference "\\${char}" needs backtracking`)
  if (char === '' || /[a-z0-9]/i.test(char)) throw new Error(`"\\${char}" is not an escape of ECMA-262`)
  const whole = String.fromCodePoint(rest.codePointAt(1) ?? 0)
  return [1 + whole.length, /[!-~]/.test(whole) ? `\\${whole}` : whole]
}

function codePoint([, braced, high, low, unit, byte]: RegExpExecArray): string {
  if (high === undefined || low === undefined) return `\\x{${braced ?? unit ?? byte}}`
  const pair = String.fromCharCode(Number.parseInt(high, 16), Number.parseInt(low, 16))
  return `\\x{${(pair.codePointAt(0) ?? 0).toString(16)}}`
}

// Unicode general categories by their long names (PropertyValueAliases.txt); scripts are alike in both.
const CATEGORIES: ReadonlyMap<string, string> = new Map(
  (
    'Letter L Uppercase_Letter Lu Lowercase_Letter Ll Titlecase_Letter Lt Modifier_Letter Lm Other_Letter Lo ' +
    'Mark M Nonspacing_Mark Mn Spacing_Mark Mc Enclosing_Mark Me Number N Decimal_Number Nd digit Nd ' +
    'Letter_Number Nl Other_Number No Punctuation P punct P Connector_Punctuation Pc Dash_Punctuation Pd ' +
    'Open_Punctuation Ps Close_Punctuation Pe Initial_Punctuation Pi Final_Punctuation Pf Other_Punctuation Po ' +
    'Symbol S Math_Symbol Sm Currency_Symbol Sc Modifier_Symbol Sk Other_Symbol So Separator Z ' +
    'Space_Separator Zs Line_Separator Zl Paragraph_Separator Zp Other C Control Cc cntrl Cc Format Cf ' +
    'Surrogate Cs Private_Use Co'
  )
    .match(/\S+ \S+/g)
    ?.map((pair) => pair.split(' ') as [string, string]) ?? [],
)

function categoryOf(name: string): string {
  const value = name.replace(/^(General_Category|gc|Script|sc|Script_Extensions|scx)=/, '')
  return CATEGORIES.get(value) ?? value
}
