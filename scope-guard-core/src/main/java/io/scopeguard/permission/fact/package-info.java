/**
 * The store of facts. Each fact is stored once, with its age, its believed losses and its history. No I/O and no waiting.
 *
 * <pre>
 *  FactKey ──▶ FactStore ──▶ SubjectFact  standing and roles of one subject (Holding), in an organization or outside
 *                            RoleSet      what a set of roles means: RoleTable
 *                            HolderSet    who holds a global role
 * </pre>
 */
@Internal
@NullMarked
package io.scopeguard.permission.fact;

import io.scopeguard.annotation.Internal;
import org.jspecify.annotations.NullMarked;
