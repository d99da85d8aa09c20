/** Stands for applications that show how Spring is used. */
@NullMarked
package org.springframework.samples.reports;

import org.jspecify.annotations.NullMarked;
