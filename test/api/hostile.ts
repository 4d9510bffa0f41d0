// Names that others may come up with.

export const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(1)</script>',
  '</script><!--',
  "'; DROP TABLE rows; --",
  '$' + '{jndi:ldap://x}{{7*7}}',
  'a\nsyncline_folders 99\r\nset-cookie: x=y',
  'data: x\n\nid: 99\ndata: {}',
  '\u001b[2J\u001b]0;owned\u0007',
  '\u202egpj.exe',
  '\u2028\u2029',
  '__proto__',
  'constructor',
  'a"b\\c',
  '-rf',
  '😀'.repeat(20),
] as const
