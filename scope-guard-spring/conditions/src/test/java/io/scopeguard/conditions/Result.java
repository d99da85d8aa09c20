package io.scopeguard.conditions;

import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionEvaluationReport;
import org.springframework.boot.test.context.assertj.ApplicationContextAssertProvider;
import org.springframework.boot.test.context.runner.AbstractApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.type.MethodMetadata;

/**
 * A context after its start.
 *
 * @param registered the classes and methods whose beans are registered, by the names that the report uses
 * @param failure {@code null} if it started
 */
record Result(
        ConditionEvaluationReport report,
        Set<String> registered,
        @Nullable Throwable failure) {

    static <
                    S extends AbstractApplicationContextRunner<S, C, A>,
                    C extends ConfigurableApplicationContext,
                    A extends ApplicationContextAssertProvider<C>>
            Result of(S application) {
        AtomicReference<ConfigurableListableBeanFactory> beans = new AtomicReference<>();
        AtomicReference<ConditionEvaluationReport> report = new AtomicReference<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        application
                .withInitializer(context -> {
                    beans.set(context.getBeanFactory());
                    report.set(ConditionEvaluationReport.get(context.getBeanFactory()));
                })
                .run(context -> failure.set(context.getStartupFailure()));
        return new Result(
                Objects.requireNonNull(report.get()), registered(Objects.requireNonNull(beans.get())), failure.get());
    }

    private static Set<String> registered(ConfigurableListableBeanFactory beans) {
        return Stream.of(beans.getBeanDefinitionNames())
                .map(beans::getBeanDefinition)
                .filter(AnnotatedBeanDefinition.class::isInstance)
                .map(definition -> name((AnnotatedBeanDefinition) definition))
                .collect(Collectors.toSet());
    }

    private static String name(AnnotatedBeanDefinition definition) {
        MethodMetadata method = definition.getFactoryMethodMetadata();
        return method == null
                ? definition.getMetadata().getClassName()
                : method.getDeclaringClassName() + "#" + method.getMethodName();
    }
}
