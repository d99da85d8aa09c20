package io.scopeguard.spring.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Matches if sharing is switched on: by its property, or by the name of a connection factory. */
final class OnSharing extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        ConditionMessage.Builder message = ConditionMessage.forCondition("Scope Guard sharing");
        return isOn(context.getEnvironment())
                ? ConditionOutcome.match(message.because("it is switched on"))
                : ConditionOutcome.noMatch(message.because(SharingChecks.ENABLED + " is not true, and "
                        + SharingChecks.CONNECTION_FACTORY + " names no connection factory"));
    }

    static boolean isOn(Environment environment) {
        boolean isNamed = environment.containsProperty(SharingChecks.CONNECTION_FACTORY);
        return Switches.read(environment, SharingChecks.ENABLED, isNamed);
    }
}
