package io.scopeguard.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code mvn verify} runs every fifth row of this parameterized test, and {@code mvn -Pthorough verify} runs all rows. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Sample.class)
public @interface Sampled {}
