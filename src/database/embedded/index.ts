export {
  joinEmbeddedCluster,
  startEmbeddedCluster,
  type EmbeddedCluster,
  type EmbeddedClusterOptions,
} from './cluster.ts';
