/** A Spring application in a Lambda function. */
@NullMarked
package io.scopeguard.lambda;

import org.jspecify.annotations.NullMarked;
