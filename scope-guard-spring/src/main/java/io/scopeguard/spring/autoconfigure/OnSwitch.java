package io.scopeguard.spring.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Reads the properties of {@link ConditionalOnSwitch}: an annotation that carries it may be there, too. */
final class OnSwitch extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        return metadata.getAnnotations().stream(ConditionalOnSwitch.class)
                .map(condition -> outcome(context, condition))
                .filter(outcome -> !outcome.isMatch())
                .findFirst()
                .orElseGet(ConditionOutcome::match);
    }

    private static ConditionOutcome outcome(ConditionContext context, MergedAnnotation<ConditionalOnSwitch> condition) {
        String property = condition.getString(MergedAnnotation.VALUE);
        boolean value = Switches.read(context.getEnvironment(), property, condition.getBoolean("byDefault"));
        return new ConditionOutcome(
                value == condition.getBoolean("havingValue"),
                ConditionMessage.forCondition(ConditionalOnSwitch.class).because(property + " is " + value));
    }
}
