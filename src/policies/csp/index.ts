export { removalOf, verbsOf, type Removal, type Verbs } from './access.ts';
export { inapplicability, type WindowsVersion } from './applicability.ts';
export { takenBy } from './allowed-values.ts';
export { catalogueOf, type Catalogue } from './catalogue.ts';
export { checkConfig, findNode, warningsOf, type PolicyWarning, type WantedSetting } from './check-config.ts';
export { readDdfZip } from './ddf/read-ddf-zip.ts';
export { catalogueDifference, type CatalogueDifference } from './difference.ts';
export { cspMigrations } from './migrations/index.ts';
export { needsUser, type CspNode, type NodeFormat } from './node.ts';
export { whyReserved } from './reserved-nodes.ts';
export { nodeFormat, type SentValue } from './value.ts';
export {
  builtInCatalogue,
  catalogueInUse,
  getCspVersion,
  keepCspVersion,
  listCspVersions,
  lockCspVersions,
  putInUse,
} from './versions.ts';
