/** Many open streams, some of which lose the right that they were opened with. */
@NullMarked
package io.scopeguard.bench.streams;

import org.jspecify.annotations.NullMarked;
