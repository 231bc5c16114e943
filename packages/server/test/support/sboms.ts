/** SBOMs as tools write them: what they have beside components and what they leave out is theirs, the rest is cut short. */

const CPE = 'cpe:2.3:a:apache:log4j:2.14.1:*:*:*:*:*:*:*'
export const JAR_SHA1 = '9141212b8507ab50a45525b545b39d224614528b'
export const TARBALL_SHA512 = 'ab'.repeat(64)

interface CyclonedxOptions {
  specVersion: string
  tool: string
  components: object[]
}

const cyclonedx = ({ specVersion, tool, components }: CyclonedxOptions) => ({
  $schema: `http://cyclonedx.org/schema/bom-${specVersion}.schema.json`,
  bomFormat: 'CycloneDX',
  specVersion,
  serialNumber: 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79',
  version: 1,
  metadata: {
    timestamp: '2026-11-01T08:00:00Z',
    tools: { components: [{ type: 'application', author: 'tools', name: tool, version: '1.20.0' }] },
    component: { 'bom-ref': 'root', type: 'container', name: `image-of-${tool}`, version: 'sha256:2c26b46b' },
  },
  components,
  dependencies: [{ ref: 'root', dependsOn: [] }],
})

const syftLibrary = {
  'bom-ref': 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1?package-id=f1ec9b8f5a3c',
  type: 'library',
  group: 'org.apache.logging.log4j',
  name: 'log4j-core',
  version: '2.14.1',
  cpe: CPE,
  purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
  externalReferences: [{ url: '', hashes: [{ alg: 'SHA-1', content: JAR_SHA1 }], type: 'build-meta' }],
  properties: [
    { name: 'syft:package:foundBy', value: 'java-archive-cataloger' },
    { name: 'syft:cpe23', value: 'cpe:2.3:a:apache:log4j_core:2.14.1:*:*:*:*:*:*:*' },
  ],
}

const trivyLibraries = [
  { 'bom-ref': '5d1a', type: 'operating-system', name: 'debian', version: '12.5' },
  {
    'bom-ref': 'pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64&distro=debian-12.5',
    type: 'library',
    supplier: { name: 'Debian OpenSSL Team' },
    name: 'openssl',
    version: '3.0.11-1~deb12u2',
    licenses: [{ license: { name: 'Apache-2.0' } }],
    purl: 'pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64&distro=debian-12.5',
    properties: [{ name: 'aquasecurity:trivy:PkgType', value: 'debian' }],
  },
  {
    'bom-ref': 'pkg:npm/%40angular/core@12.0.5',
    type: 'library',
    group: '@angular',
    name: 'core',
    version: '12.0.5',
    purl: 'pkg:npm/%40angular/core@12.0.5',
  },
]

const cdxgenLibraries = [
  {
    group: '',
    name: 'lodash',
    version: '4.17.20',
    scope: 'required',
    hashes: [{ alg: 'SHA-512', content: TARBALL_SHA512 }],
    purl: 'pkg:npm/lodash@4.17.20',
    type: 'library',
    'bom-ref': 'pkg:npm/lodash@4.17.20',
    evidence: { identity: { field: 'purl', confidence: 1 } },
    components: [{ type: 'library', name: 'nested', version: '0.1.0', purl: 'pkg:npm/nested@0.1.0' }],
  },
  {
    group: 'github.com/labstack',
    name: 'echo/v4',
    version: 'v4.9.0',
    purl: 'pkg:golang/github.com/labstack/echo/v4@v4.9.0',
    type: 'library',
    'bom-ref': 'pkg:golang/github.com/labstack/echo/v4@v4.9.0',
  },
  {
    group: '',
    name: 'typing_extensions',
    version: '4.7.1',
    purl: 'pkg:pypi/typing-extensions@4.7.1',
    type: 'library',
  },
]

const spdx = (packages: object[]) => ({
  spdxVersion: 'SPDX-2.3',
  dataLicense: 'CC0-1.0',
  SPDXID: 'SPDXRef-DOCUMENT',
  name: 'shop',
  documentNamespace: 'https://anchore.com/syft/image/shop-1',
  creationInfo: { created: '2026-11-01T08:00:00Z', creators: ['Tool: syft-1.20.0'] },
  packages,
  relationships: [],
})

const syftPackage = {
  name: 'log4j-core',
  SPDXID: 'SPDXRef-Package-java-archive-log4j-core-f1ec9b8f5a3c',
  versionInfo: '2.14.1',
  supplier: 'NOASSERTION',
  downloadLocation: 'NOASSERTION',
  checksums: [{ algorithm: 'SHA1', checksumValue: JAR_SHA1 }],
  externalRefs: [
    { referenceCategory: 'SECURITY', referenceType: 'cpe23Type', referenceLocator: CPE },
    {
      referenceCategory: 'SECURITY',
      referenceType: 'cpe22Type',
      referenceLocator: 'cpe:/a:apache:log4j_core:2.14.1',
    },
    {
      referenceCategory: 'PACKAGE-MANAGER',
      referenceType: 'purl',
      referenceLocator: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
    },
  ],
}

const scoutPackage = {
  name: 'openssl',
  SPDXID: 'SPDXRef-Package-f5d7',
  versionInfo: '3.0.11-1~deb12u2',
  externalRefs: [
    {
      referenceCategory: 'PACKAGE_MANAGER',
      referenceType: 'purl',
      referenceLocator:
        'pkg:deb/debian/openssl@3.0.11-1~deb12u2?os_distro=bookworm&os_name=debian&os_version=12',
    },
  ],
}

/** By the artifact that each is recorded of. */
export const SBOMS: Readonly<Record<string, object>> = {
  'syft-1.4': cyclonedx({ specVersion: '1.4', tool: 'syft', components: [syftLibrary] }),
  'syft-1.6': cyclonedx({ specVersion: '1.6', tool: 'syft', components: [syftLibrary] }),
  'trivy-1.5': cyclonedx({ specVersion: '1.5', tool: 'trivy', components: trivyLibraries }),
  'cdxgen-1.7': cyclonedx({ specVersion: '1.7', tool: 'cdxgen', components: cdxgenLibraries }),
  'syft-spdx': spdx([syftPackage]),
  'trivy-spdx': spdx([
    {
      name: 'org.apache.logging.log4j:log4j-core',
      SPDXID: 'SPDXRef-Package-2f1',
      versionInfo: '2.17.1',
      externalRefs: [
        {
          referenceCategory: 'PACKAGE-MANAGER',
          referenceType: 'purl',
          referenceLocator: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.17.1',
        },
      ],
    },
  ]),
  'scout-spdx': spdx([scoutPackage]),
  'scout-attested': {
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: 'https://spdx.dev/Document',
    subject: [{ name: 'shop', digest: { sha256: '2c26b46b' } }],
    predicate: spdx([scoutPackage]),
  },
}
