/**
 * A Lambda authorizer for HTTP APIs of Amazon API Gateway. Needs {@code com.amazonaws:aws-lambda-java-core} and
 * {@code com.amazonaws:aws-lambda-java-events}, which are optional dependencies.
 */
@NullMarked
package io.scopeguard.aws;

import org.jspecify.annotations.NullMarked;
