package io.scopeguard.spring.autoconfigure;

import io.scopeguard.annotation.Internal;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Conditional;

/**
 * Matches by the value of a boolean property, in each spelling that Spring accepts where the property is bound. Spring Boot's own
 * condition compares the text, so that {@code yes} would match neither true nor false. Any other value stops start-up.
 *
 * @hidden
 */
@Internal
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnSwitch.class)
public @interface ConditionalOnSwitch {

    /** The name of the property. */
    String value();

    boolean havingValue() default true;

    /** The value of the property if it is not set. */
    boolean byDefault() default false;
}
