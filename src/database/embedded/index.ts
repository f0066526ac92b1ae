export { startEmbeddedCluster, type EmbeddedCluster, type EmbeddedClusterOptions } from './cluster.ts';
