/** File systems of containers that lose nothing when they are detached lazily (MNT_DETACH): their roots and their memory. */
export const LAZY_TYPES = /^(?:overlay|tmpfs|fuse-overlayfs|fuse\.fuse-overlayfs)$/;
